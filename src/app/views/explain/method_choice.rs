//! How it is explained: the method and its settings.

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::app::state::{ExplanationAction, method_name};
use crate::app::views::common::Props;
use crate::decimal::decimal;
use crate::explain::{Family, METHODS, Method, Setting, SettingKind};

/// The list of methods by family, what the chosen one does and what to beware of, and its
/// settings.
pub fn method_choice(props: &Props) -> Html {
    let state = &props.state;
    let chosen = METHODS
        .iter()
        .find(|method| method.id == state.settings.method);
    let Some(chosen) = chosen else {
        return html! {};
    };
    let words = state.words.panel();
    let said = state.words.method(chosen);
    html! {
        <details id="method">
            <summary>{ words.method }<small>{ chosen.name }</small></summary>
            <label class="field">
                <span class="unseen">{ words.method }</span>
                <select onchange={choose(props)}>
                    { for Family::ALL.into_iter().map(|family| group(props, family, chosen)) }
                </select>
            </label>
            <p class="hint"><strong>{ (words.shows)(said.plain_name) }</strong>{ " " }{ said.summary }</p>
            <p class="hint">{ (words.beware)(said.caution) }</p>
            <p class="hint">{ (words.cost)(said.cost) }</p>
            { for coincidence(props) }
            { for chosen.declared().map(|setting| field(props, setting)) }
            if chosen.is_random {
                { seed(props) }
            }
        </details>
    }
}

fn choose(props: &Props) -> Callback<Event> {
    let page = props.page.clone();
    Callback::from(move |event: Event| {
        let value = selected(&event);
        let method = METHODS
            .iter()
            .find(|method| Some(method.id) == value.as_deref());
        if let Some(method) = method {
            page.dispatch(ExplanationAction::ChooseMethod(method.id));
        }
    })
}

fn group(props: &Props, family: Family, chosen: &Method) -> Html {
    let methods = METHODS.iter().filter(|method| method.family == family);
    html! {
        <optgroup label={props.state.words.family(family)}>
            { for methods.map(|method| html! {
                <option value={method.id} selected={method.id == chosen.id}>{ method.name }</option>
            }) }
        </optgroup>
    }
}

/// One setting: a number, or a list.
fn field(props: &Props, setting: &'static Setting) -> Html {
    let said = &props.state.settings.method_settings;
    let value = said
        .iter()
        .find(|(id, _)| id == setting.id)
        .map_or_else(|| setting.default().to_string(), |(_, value)| value.clone());
    let page = props.page.clone();
    let set = Callback::from(move |event: Event| {
        let value = selected(&event).or_else(|| typed(&event));
        if let Some(value) = value {
            page.dispatch(ExplanationAction::ChooseSetting(setting.id, value));
        }
    });
    let input = match setting.kind {
        SettingKind::Integer { min, max, .. } => html! {
            <input type="number" min={min.to_string()} max={max.to_string()} step="1" {value} onchange={set} />
        },
        SettingKind::Real { min, max, .. } => html! {
            <input type="number" min={decimal(min)} max={decimal(max)} step="any" {value} onchange={set} />
        },
        SettingKind::Choice(choices) => html! {
            <select onchange={set}>
                { for choices.iter().map(|choice| html! {
                    <option value={choice.id} selected={choice.id == value}>{ props.state.words.choice(setting.id, choice) }</option>
                }) }
            </select>
        },
    };
    let said = props.state.words.setting(setting);
    html! {
        <label class="field" title={said.summary}><span>{ said.name }</span>{ input }</label>
    }
}

/// Other random numbers show how much of the map is chance.
fn seed(props: &Props) -> Html {
    let next = props.state.settings.seed.wrapping_add(1);
    let other = props
        .page
        .callback(move |page| page.dispatch(ExplanationAction::ChooseSeed(next)));
    html! { <button class="quiet" onclick={other}>{ props.state.words.panel().other_random }</button> }
}

fn selected(event: &Event) -> Option<String> {
    let list: HtmlSelectElement = event.target()?.dyn_into().ok()?;
    Some(list.value())
}

fn typed(event: &Event) -> Option<String> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    Some(input.value())
}

/// Methods whose map is the shown one, up to a factor.
fn coincidence(props: &Props) -> Option<Html> {
    let map = props.state.on_stage()?.map()?;
    // The map before stays while the chosen method is at work.
    if map.summary.method != props.state.settings.method {
        return None;
    }
    let names = map.summary.coincides_with.iter().map(|id| method_name(id));
    let names: Vec<&str> = names.collect();
    let names = (!names.is_empty()).then(|| names.join(", "))?;
    let words = (props.state.words.panel().same_map)(&names);
    Some(html! { <p class="hint">{ words }</p> })
}
