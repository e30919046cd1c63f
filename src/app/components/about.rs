use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::notice::notices;
use super::page::{Page, Props};
use crate::app::answers::{Answer, LabelSource, layout_name, scaling_name};
use crate::app::labels;
use crate::app::memory::{Answers, Labels};
use crate::app::result::Model;
use crate::app::state::{Action, Place};
use crate::picture::SCALINGS;
use crate::protocol::OutputActivation;

/// Of the panel, for whoever sends the user there.
pub const ABOUT_ID: &str = "about";

/// What is known of the model, what was assumed, and the means to change it.
#[component]
pub fn About(props: &Props) -> Html {
    let state = &props.state;
    let model = state.ready.clone().filter(|_| state.model_is_ready());
    // A file that says nothing opens the panel, unless something is remembered of
    // it; what is said from then on leaves the panel as it is.
    let asks = use_memo(model.as_ref().map(|model| model.wish.key), |_| {
        let assumed = |model: &Rc<Model>| model.summary.input.scaling_assumed.is_some();
        model.as_ref().is_some_and(assumed) && state.answers() == Answers::default()
    });
    let Some(model) = model else {
        return html! {};
    };
    let answers = state.answers();
    let assumed = state.assumptions().len();
    let fact = match assumed {
        0 => String::new(),
        1 => "1 thing assumed".to_owned(),
        count => format!("{count} things assumed"),
    };
    html! {
        <section class="details" aria-label="About this model">
            <details id={ABOUT_ID} key={model.wish.key} open={*asks}>
                <summary>{ "About this model" }<small>{ fact }</small></summary>
                <div class="about">
                    { notices(props, &[Place::About]) }
                    { for state.assumptions().into_iter().map(|sentence| html! { <p class="hint">{ sentence }</p> }) }
                    { scaling(&props.page, &model, &answers) }
                    { names(props, &model) }
                    { output(&props.page, &model, &answers) }
                    { input(&props.page, &model, &answers) }
                    if answers != (Answers { size: answers.size, ..Answers::default() }) {
                        <button class="quiet" onclick={say(&props.page, Answer::Nothing)}>{ "As first assumed" }</button>
                    }
                </div>
            </details>
        </section>
    }
}

fn say<E: 'static>(page: &Page, answer: Answer) -> Callback<E> {
    page.on(move |page| page.tell(Action::Answer(answer.clone())))
}

/// A list to choose from; `choose` gets the value of the chosen option.
fn select(
    label: &'static str,
    options: Vec<(String, String, bool)>,
    choose: impl Fn(String) + 'static,
) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let list = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(list) = list {
            choose(list.value());
        }
    });
    html! {
        <label class="field">
            <span>{ label }</span>
            <select {onchange}>
                { for options.into_iter().map(|(value, name, selected)| html! {
                    <option {value} {selected}>{ name }</option>
                }) }
            </select>
        </label>
    }
}

/// How pixel values become what the network takes.
fn scaling(page: &Page, model: &Model, answers: &Answers) -> Html {
    let input = &model.summary.input;
    let own = match (&input.scaling_assumed, input.scaling.as_deref()) {
        (None, Some(id)) => format!("As the file says: {}", scaling_name(Some(id))),
        (None, None) => "As the file says".to_owned(),
        (Some(_), id) => format!("Assumed: {}", scaling_name(id)),
    };
    let said = answers.scaling.as_deref();
    let mut options = vec![(String::new(), own, said.is_none())];
    let fitting = SCALINGS
        .iter()
        .filter(|one| one.channels() == input.channels);
    options.extend(fitting.clone().map(|one| {
        let chosen = said == Some(one.id);
        (one.id.to_owned(), one.name.to_owned(), chosen)
    }));
    let shown = fitting
        .clone()
        .find(|one| Some(one.id) == said.or(input.scaling.as_deref()));
    let hint = shown.map_or("", |one| one.summary);
    let page = page.clone();
    let choose = move |id: String| {
        let scaling = SCALINGS.iter().find(|one| one.id == id).map(|one| one.id);
        page.tell(Action::Answer(Answer::Scaling(scaling)));
    };
    html! {
        <div>
            { select("Pixel values", options, choose) }
            <small>{ hint }</small>
        </div>
    }
}

/// The names of the classes.
fn names(props: &Props, model: &Model) -> Html {
    let (state, page) = (&props.state, &props.page);
    let classes = model.summary.classes;
    let source = state.label_source(&model.summary);
    let words = match &source {
        LabelSource::File => format!("{classes} classes, named by the model’s file"),
        LabelSource::Numbers => format!("{classes} classes, numbered"),
        LabelSource::ImageNet => format!("{classes} classes, named as ImageNet’s"),
        LabelSource::Own(name) => format!("{classes} classes, named by {name}"),
    };
    let other = |wanted: LabelSource, labels: Labels, words: &'static str| {
        let answer = Answer::Labels(Some(labels));
        (source != wanted).then(|| html! { <button onclick={say(page, answer)}>{ words }</button> })
    };
    let file = !model.summary.labels.is_empty() && source != LabelSource::File;
    html! {
        <div class="field">
            <span>{ "Names of the classes" }</span>
            <small>{ words }</small>
            <div class="control-row">
                <label class="button file">
                    { "Open a list" }
                    <input id="labels-file" type="file" accept=".txt,.json,.csv,text/plain,application/json"
                        aria-label="Open a list of names" onchange={page.on_labels_chosen()} />
                </label>
                if file {
                    <button onclick={say(page, Answer::Labels(None))}>{ "As in the file" }</button>
                }
                if labels::may_be_imagenet(classes) {
                    { for other(LabelSource::ImageNet, Labels::ImageNet, "ImageNet’s") }
                }
                { for other(LabelSource::Numbers, Labels::Numbers, "Numbers") }
            </div>
            <small>{ "Text with one name a line, or JSON, in the order of the outputs." }</small>
        </div>
    }
}

/// Which numbers are explained, and what makes probabilities of them.
fn output(page: &Page, model: &Model, answers: &Answers) -> Html {
    let output = &model.summary.output;
    let chosen = answers.ending.unwrap_or(output.probabilities);
    let name = |ending: OutputActivation| match ending {
        OutputActivation::Softmax => ("softmax", "Softmax: one of the classes"),
        OutputActivation::Sigmoid => ("sigmoid", "Sigmoid: each class by itself"),
    };
    let endings = [OutputActivation::Softmax, OutputActivation::Sigmoid].map(|ending| {
        let (id, words) = name(ending);
        (id.to_owned(), words.to_owned(), ending == chosen)
    });
    let own = output.probabilities;
    let teller = page.clone();
    let choose = move |id: String| {
        let all = [OutputActivation::Softmax, OutputActivation::Sigmoid];
        let ending = all.into_iter().find(|ending| name(*ending).0 == id);
        let ending = ending.filter(|ending| *ending != own);
        teller.tell(Action::Answer(Answer::Ending(ending)));
    };
    let before = match output.activation {
        None => "the file ends with it",
        Some(OutputActivation::Softmax) => "before the softmax that ends the file",
        Some(OutputActivation::Sigmoid) => "before the sigmoid that ends the file",
    };
    html! {
        <>
            <div>
                { logits(page, model, answers) }
                <small>{ format!("“{}”: {before}", output.logits) }</small>
            </div>
            { select("Probabilities", endings.to_vec(), choose) }
        </>
    }
}

/// The tensor that is explained; a list where the file has others to offer.
fn logits(page: &Page, model: &Model, answers: &Answers) -> Html {
    let output = &model.summary.output;
    if output.others.is_empty() && answers.logits.is_none() {
        return html! { <span class="field-name">{ "Explained output" }</span> };
    }
    let mut options = vec![(
        String::new(),
        "Found by itself".to_owned(),
        answers.logits.is_none(),
    )];
    let tensors = std::iter::once(&output.logits).chain(&output.others);
    options.extend(tensors.map(|tensor| {
        let chosen = answers.logits.as_ref() == Some(tensor);
        (tensor.clone(), tensor.clone(), chosen)
    }));
    let page = page.clone();
    select("Explained output", options, move |tensor| {
        let tensor = (!tensor.is_empty()).then_some(tensor);
        page.tell(Action::Answer(Answer::Logits(tensor)));
    })
}

/// What the network takes: a fact, unless the file leaves the size or the order
/// of the axes open.
fn input(page: &Page, model: &Model, answers: &Answers) -> Html {
    let input = &model.summary.input;
    let [height, width] = input.size;
    let order = layout_name(input.channels_last);
    let shape = input.shape.map(|side| side.to_string()).join(", ");
    html! {
        <div class="field">
            <span>{ "Input" }</span>
            <small>{ format!("“{}”: {width} × {height} pixels, {order} [{shape}]", input.name) }</small>
            if input.layout_is_open {
                { layout(page, model, answers) }
            }
            if input.size_is_chosen {
                <SizeForm size={input.size} choose={
                    let page = page.clone();
                    Callback::from(move |size| page.tell(Action::Answer(Answer::Size(size))))
                } />
            }
        </div>
    }
}

/// Where the channels are, for a file that would allow both.
fn layout(page: &Page, model: &Model, answers: &Answers) -> Html {
    let said = answers.channels_last;
    // As long as nobody said anything, what is shown is what was assumed.
    let shown = said.unwrap_or(model.summary.input.channels_last);
    let options = [false, true].map(|last| {
        let name = if last {
            "Channels last"
        } else {
            "Channels first"
        };
        (last.to_string(), name.to_owned(), last == shown)
    });
    let page = page.clone();
    select("Order of the axes", options.to_vec(), move |last| {
        page.tell(Action::Answer(Answer::ChannelsLast(last.parse().ok())));
    })
}

#[derive(Properties, PartialEq)]
pub struct SizeFormProps {
    /// Height and width in pixels to begin with.
    pub size: [usize; 2],
    pub choose: Callback<[usize; 2]>,
}

/// Sizes that most networks were trained with.
const USUAL: [usize; 2] = [224, 299];

/// The side of a square picture in pixels: the usual ones, or any.
#[component]
pub fn SizeForm(props: &SizeFormProps) -> Html {
    let side = use_state(|| props.size[0].to_string());
    let read = side
        .parse()
        .ok()
        .filter(|side| crate::app::memory::SIDES.contains(side));
    let choose = |side: usize| {
        let choose = props.choose.clone();
        Callback::from(move |_: MouseEvent| choose.emit([side; 2]))
    };
    let oninput = {
        let side = side.setter();
        Callback::from(move |event: InputEvent| {
            let input = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(input) = input {
                side.set(input.value());
            }
        })
    };
    html! {
        <div class="control-row size-form">
            { for USUAL.iter().map(|usual| html! {
                <button onclick={choose(*usual)}>{ format!("{usual} × {usual}") }</button>
            }) }
            <input type="number" min="8" max="4096" step="1" aria-label="Side in pixels"
                value={(*side).clone()} {oninput} />
            <button disabled={read.is_none()} onclick={choose(read.unwrap_or(USUAL[0]))}>{ "Use it" }</button>
        </div>
    }
}
