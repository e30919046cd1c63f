//! The stage before there is a picture.

use yew::prelude::*;

use crate::app::browser::{elements, fetch};
use crate::app::state::{GuidedQuestion, PictureAction};
use crate::app::views::common::{Props, element_ids};
use crate::protocol::Sample;

/// The stage before there is a picture.
pub fn empty_stage(props: &Props) -> Html {
    let words = props.state.words.start();
    let samples = props.state.suitable_samples();
    html! {
        <div class="empty">
            <p class="welcome">{ words.welcome }</p>
            <button class="drop" onclick={props.page.callback(|_| elements::click(element_ids::PICTURE_FILE))}>
                <svg viewBox="0 0 48 48" aria-hidden="true">
                    <rect x="5" y="9" width="38" height="30" rx="4" />
                    <circle cx="17" cy="19" r="3.5" />
                    <path d="M6 34 18 25l7 5 9-10 9 9" />
                </svg>
                <span class="drop-words">{ words.drop_or }<u>{ words.choose_file }</u></span>
            </button>
            { for props.state.known_classes().map(|words| html! { <p class="hint knows">{ words }</p> }) }
            if !samples.is_empty() {
                <p class="or">{ words.or_one_of_these }</p>
                <ul class="samples">
                    { for samples.into_iter().map(|sample| thumbnail(props, sample)) }
                </ul>
            }
            { questions(props) }
            { for props.state.no_samples().map(|why| html! { <p class="or">{ why }</p> }) }
            <p class="hint">{ words.own_model }</p>
            <details class="private">
                <summary>{ words.nothing_leaves }</summary>
                <p>{ words.check_it }</p>
            </details>
        </div>
    }
}

/// One press each, for those who are new here.
fn questions(props: &Props) -> Html {
    let questions = props.state.guided_questions();
    if questions.is_empty() {
        return html! {};
    }
    let button = |question: &'static GuidedQuestion| {
        let ask = props
            .page
            .callback(move |page| page.dispatch(PictureAction::Ask(question)));
        // They are there with the samples, so that nothing moves when the model is.
        let disabled = !props.state.model_is_ready();
        html! { <li><button onclick={ask} {disabled}>{ question.words(props.state.words) }</button></li> }
    };
    let words = props.state.words.start();
    html! {
        <nav class="guided" aria-label={words.questions}>
            <p class="or">{ words.begin_with }</p>
            <ul>{ for questions.into_iter().map(button) }</ul>
        </nav>
    }
}

/// The same samples, small, beside a result.
pub fn sample_strip(props: &Props) -> Html {
    let samples = props.state.suitable_samples();
    if props.state.on_stage().is_none() || samples.is_empty() {
        return html! {};
    }
    let words = props.state.words.start();
    html! {
        <section class="strip" aria-label={words.samples}>
            <h2>{ words.samples }</h2>
            <ul class="samples">
                { for samples.into_iter().map(|sample| thumbnail(props, sample)) }
            </ul>
        </section>
    }
}

fn thumbnail(props: &Props, sample: Sample) -> Html {
    let address = fetch::sample_address(&sample);
    let (alt, name) = (sample.alt.clone(), sample.name.clone());
    let title = format!("{}; {}", sample.source, sample.license);
    let take = props
        .page
        .callback(move |page| page.open_sample(sample.clone()));
    html! {
        <li>
            <button class="sample" onclick={take} {title}>
                <img src={address} {alt} width="112" height="84" />
                <span>{ name }</span>
            </button>
        </li>
    }
}
