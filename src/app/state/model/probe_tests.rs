use super::action::ModelAction;
use super::model_probe::{ModelProbe, ProbeResult};
use super::user_overrides::OverrideChange;
use crate::app::state::action::Action;
use crate::app::state::engine::EngineEvent;
use crate::app::testing::{act, change_override, explained, predicted, ready};
use crate::protocol::ScalingTrial;

fn probed(probe: ModelProbe, result: ProbeResult, is_early: bool) -> Action {
    Action::Engine(EngineEvent::Probed {
        probe,
        result,
        is_early,
    })
}

fn trials(count: usize) -> ProbeResult {
    let trial = ScalingTrial {
        scaling: "imagenet".into(),
        top: vec![(0, 1.0)],
    };
    ProbeResult::Scalings(vec![trial; count].into())
}

#[test]
fn scalings_are_tried_where_they_are_a_guess_until_all_are_there() {
    // The scaling of this model is one.
    let state = explained();
    let chosen = OverrideChange::Scaling(Some("imagenet"));
    let answered = change_override(state.clone(), chosen);
    assert_eq!(answered.desired_state().probe, None);
    let probe = state.desired_state().probe.expect("a probe");
    assert!(matches!(probe, ModelProbe::Scalings(_)));
    let state = act(state, [probed(probe, trials(1), true)]);
    assert_eq!(state.desired_state().probe, Some(probe));
    assert_eq!(state.probes().expect("probes").scalings.len(), 1);
    let state = act(state, [probed(probe, trials(2), false)]);
    assert_eq!(state.desired_state().probe, None);
}

#[test]
fn what_was_found_out_about_a_model_is_not_another_ones() {
    let state = act(explained(), [ModelAction::TryEverything]);
    let probe = state.desired_state().probe.expect("a probe");
    let report = ProbeResult::Report("about the first".into());
    let state = act(state, [probed(probe, report, false)]);
    assert!(state.probes().expect("probes").report.is_some());
    let state = act(state, [ModelAction::Choose("b".into())]);
    assert!(
        state.probes().is_none(),
        "nothing is said before its answer"
    );
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    let probes = state.probes().expect("probes");
    assert!(probes.report.is_none() && !probes.wants_report);
}
