use super::request_schedule::{Command, Crash, RequestSchedule};
use crate::app::state::{
    DesiredModel, DesiredPicture, DesiredState, EngineStep, MapKey, ModelChoice, PictureChoices,
    PictureKey, PredictionOverrides, TestQuestion, TestRequest,
};
use crate::explain::Target;
use crate::protocol::Job;

fn desired(model: Option<u32>, picture: Option<u32>, class: Option<usize>) -> DesiredState {
    let source = ModelChoice::File {
        file: 0,
        name: "m.onnx".into(),
        bytes: 1,
        weights: Vec::new(),
    };
    DesiredState {
        model: model.map(|key| DesiredModel {
            key,
            source,
            exceeds_memory: false,
        }),
        known_model: model,
        picture: picture.map(|file| DesiredPicture {
            key: picture_key(file),
            name: "p.png".into(),
        }),
        map: class.map(map_key),
        ..DesiredState::default()
    }
}

fn picture_key(file: u32) -> PictureKey {
    PictureKey {
        file,
        attempt: 0,
        overrides: PredictionOverrides::default(),
        choices: PictureChoices::default(),
    }
}

fn map_key(class: usize) -> MapKey {
    MapKey {
        method: "grad-cam",
        target: Target::Logit(class),
        layer: "last".into(),
        settings: Vec::new(),
        seed: 0,
        region: 0,
    }
}

fn picture(file: u32) -> EngineStep {
    EngineStep::Predict(picture_key(file))
}

fn map(class: usize) -> EngineStep {
    EngineStep::Explain(map_key(class))
}

/// A schedule whose engine holds model 1 and picture 5, and the number of its last job.
fn settled() -> (RequestSchedule, Job) {
    let mut schedule = RequestSchedule::default();
    schedule.set_desired(desired(Some(1), Some(5), None));
    assert_eq!(schedule.started(), Command::Send(1, EngineStep::Load(1)));
    schedule.completed(1);
    assert_eq!(schedule.next_command(), Command::Send(2, picture(5)));
    schedule.completed(2);
    assert_eq!(schedule.next_command(), Command::Nothing);
    (schedule, 2)
}

#[test]
fn nothing_is_sent_before_the_worker_listens() {
    let mut schedule = RequestSchedule::default();
    assert_eq!(
        schedule.set_desired(desired(Some(1), None, None)),
        Command::Nothing
    );
    assert_eq!(schedule.started(), Command::Send(1, EngineStep::Load(1)));
}

#[test]
fn an_early_picture_waits_for_its_model() {
    let mut schedule = RequestSchedule::default();
    schedule.started();
    assert_eq!(
        schedule.set_desired(desired(None, Some(5), None)),
        Command::Nothing
    );
    assert_eq!(
        schedule.set_desired(desired(Some(1), Some(5), None)),
        Command::Send(1, EngineStep::Load(1))
    );
    schedule.completed(1);
    assert_eq!(schedule.next_command(), Command::Send(2, picture(5)));
}

#[test]
fn the_latest_class_wins() {
    let (mut schedule, _) = settled();
    assert_eq!(
        schedule.set_desired(desired(Some(1), Some(5), Some(0))),
        Command::Send(3, map(0))
    );
    assert_eq!(
        schedule.set_desired(desired(Some(1), Some(5), Some(1))),
        Command::Cancel(3)
    );
    assert_eq!(
        schedule.set_desired(desired(Some(1), Some(5), Some(2))),
        Command::Nothing
    );
    assert!(schedule.cancelled(3));
    assert_eq!(schedule.next_command(), Command::Send(4, map(2)));
    schedule.completed(4);
    assert_eq!(
        schedule.next_command(),
        Command::Nothing,
        "a desired map that was explained is not asked for again"
    );
}

#[test]
fn another_model_predicts_again() {
    let (mut schedule, _) = settled();
    assert_eq!(
        schedule.set_desired(desired(Some(2), Some(5), None)),
        Command::Send(3, EngineStep::Load(2))
    );
    schedule.completed(3);
    assert_eq!(schedule.next_command(), Command::Send(4, picture(5)));
}

#[test]
fn a_cancelled_run_ends_its_worker_and_the_model_comes_back() {
    let (mut schedule, _) = settled();
    assert_eq!(
        schedule.set_desired(desired(Some(1), Some(6), None)),
        Command::Send(3, picture(6))
    );
    assert_eq!(
        schedule.set_desired(desired(Some(1), None, None)),
        Command::Replace
    );
    schedule.replaced();
    assert_eq!(schedule.started(), Command::Send(4, EngineStep::Load(1)));
    assert_eq!(schedule.completed(3), None, "an answer of the ended worker");
}

#[test]
fn another_picture_waits_for_the_run_but_another_model_does_not_wait_for_a_download() {
    let (mut schedule, _) = settled();
    schedule.set_desired(desired(Some(1), Some(6), None));
    assert_eq!(
        schedule.set_desired(desired(Some(1), Some(7), None)),
        Command::Nothing
    );
    schedule.completed(3);
    assert_eq!(schedule.next_command(), Command::Send(4, picture(7)));

    let mut schedule = RequestSchedule::default();
    schedule.set_desired(desired(Some(1), None, None));
    schedule.started();
    assert_eq!(
        schedule.set_desired(desired(Some(2), None, None)),
        Command::Replace
    );
}

#[test]
fn a_failure_is_not_repeated_until_it_is_desired_anew() {
    let (mut schedule, _) = settled();
    schedule.set_desired(desired(Some(1), Some(6), None));
    assert_eq!(schedule.failed(3), Some(picture(6)));
    assert_eq!(schedule.next_command(), Command::Nothing);
    assert_eq!(
        schedule.set_desired(desired(Some(1), Some(5), Some(0))),
        Command::Send(4, map(0)),
        "the former picture is held"
    );
    let mut again = desired(Some(1), Some(6), None);
    again.picture = Some(DesiredPicture {
        key: PictureKey {
            attempt: 1,
            ..picture_key(6)
        },
        name: String::new(),
    });
    schedule.completed(4);
    assert!(matches!(
        schedule.set_desired(again),
        Command::Send(5, EngineStep::Predict(_))
    ));
}

#[test]
fn a_crash_is_tried_once_more_and_then_given_up() {
    let (mut schedule, _) = settled();
    schedule.set_desired(desired(Some(1), Some(6), None));
    assert_eq!(
        schedule.crashed(),
        Crash {
            step: Some(picture(6)),
            again: true
        }
    );
    assert_eq!(schedule.started(), Command::Send(4, EngineStep::Load(1)));
    schedule.completed(4);
    assert_eq!(schedule.next_command(), Command::Send(5, picture(6)));
    assert_eq!(
        schedule.crashed(),
        Crash {
            step: Some(picture(6)),
            again: false
        }
    );
    assert_eq!(
        schedule.started(),
        Command::Send(6, EngineStep::Load(1)),
        "the model is made ready all the same"
    );
    schedule.completed(6);
    assert_eq!(schedule.next_command(), Command::Nothing);
}

#[test]
fn success_between_crashes_forgets_them() {
    let (mut schedule, _) = settled();
    schedule.set_desired(desired(Some(1), Some(5), Some(0)));
    assert!(schedule.crashed().again);
    schedule.started();
    schedule.completed(4);
    schedule.next_command();
    schedule.completed(5);
    assert_eq!(schedule.next_command(), Command::Send(6, map(0)));
    schedule.completed(6);
    schedule.set_desired(desired(Some(1), Some(5), None));
    assert_eq!(
        schedule.set_desired(desired(Some(1), Some(5), Some(0))),
        Command::Send(7, map(0))
    );
    assert!(schedule.crashed().again);
}

#[test]
fn a_worker_that_never_starts_is_given_up() {
    let mut schedule = RequestSchedule::default();
    schedule.set_desired(desired(Some(1), None, None));
    assert_eq!(
        schedule.crashed(),
        Crash {
            step: None,
            again: true
        }
    );
    assert_eq!(
        schedule.crashed(),
        Crash {
            step: None,
            again: false
        }
    );
    schedule.reset_failed_starts();
    assert!(schedule.crashed().again);
}

#[test]
fn an_engine_that_lost_its_picture_gets_it_again_once() {
    let (mut schedule, _) = settled();
    schedule.set_desired(desired(Some(1), Some(5), Some(0)));
    assert!(schedule.lost_prerequisite(3));
    assert_eq!(schedule.next_command(), Command::Send(4, picture(5)));
    schedule.completed(4);
    assert_eq!(schedule.next_command(), Command::Send(5, map(0)));
    assert!(!schedule.lost_prerequisite(5));
    assert_eq!(schedule.next_command(), Command::Send(6, picture(5)));
    schedule.completed(6);
    assert_eq!(schedule.next_command(), Command::Nothing);
}

#[test]
fn answers_of_other_jobs_are_dropped() {
    let (mut schedule, last) = settled();
    schedule.set_desired(desired(Some(1), Some(5), Some(0)));
    assert_eq!(schedule.completed(last), None);
    assert_eq!(schedule.failed(99), None);
    assert_eq!(schedule.running(), Some((3, &map(0))));
}

#[test]
fn a_picture_waits_until_the_page_knows_how_it_is_read() {
    let mut schedule = RequestSchedule::default();
    let unknown = DesiredState {
        known_model: None,
        ..desired(Some(1), Some(5), None)
    };
    schedule.started();
    assert_eq!(
        schedule.set_desired(unknown),
        Command::Send(1, EngineStep::Load(1))
    );
    schedule.completed(1);
    assert_eq!(schedule.next_command(), Command::Nothing);
    let known = desired(Some(1), Some(5), None);
    assert_eq!(schedule.set_desired(known), Command::Send(2, picture(5)));
}

#[test]
fn a_picture_read_otherwise_is_looked_at_again_and_the_model_stays() {
    let (mut schedule, _) = settled();
    let mut other = desired(Some(1), Some(5), None);
    if let Some(picture) = &mut other.picture {
        picture.key.overrides.scaling = Some("caffe");
    }
    let command = schedule.set_desired(other);
    assert!(
        matches!(command, Command::Send(3, EngineStep::Predict(key)) if key.overrides.scaling == Some("caffe"))
    );
}

#[test]
fn an_explanation_that_does_not_stop_is_ended_with_its_worker_when_the_user_says_so_again() {
    let (mut schedule, _) = settled();
    let of = |class, stops| DesiredState {
        stopped_explanations: stops,
        ..desired(Some(1), Some(5), class)
    };
    assert_eq!(
        schedule.set_desired(of(Some(0), 0)),
        Command::Send(3, map(0))
    );
    assert_eq!(schedule.set_desired(of(None, 1)), Command::Cancel(3));
    assert_eq!(schedule.set_desired(of(None, 1)), Command::Nothing);
    assert_eq!(schedule.set_desired(of(None, 2)), Command::Replace);
}

#[test]
fn a_patch_is_followed_run_by_run_and_places_come_back() {
    let (mut schedule, last) = settled();
    let cover = |left| TestRequest {
        map: map_key(3),
        question: TestQuestion::Cover {
            area: [left, 0, 9, 9],
        },
    };
    let of = |left| DesiredState {
        tests: vec![cover(left)],
        ..desired(Some(1), Some(5), None)
    };
    let sent = |job, left| Command::Send(job, EngineStep::Test(cover(left)));
    assert_eq!(schedule.set_desired(of(1)), sent(last + 1, 1));
    // Dragged on while the network runs: the run ends first.
    assert_eq!(schedule.set_desired(of(2)), Command::Nothing);
    assert_eq!(schedule.set_desired(of(3)), Command::Nothing);
    schedule.completed(last + 1);
    assert_eq!(schedule.next_command(), sent(last + 2, 3));
    schedule.completed(last + 2);
    // Back to where it was.
    assert_eq!(schedule.set_desired(of(1)), sent(last + 3, 1));
    // Nobody wants it any more.
    let nothing = desired(Some(1), Some(5), None);
    assert_eq!(schedule.set_desired(nothing), Command::Cancel(last + 3));
}
