//! How the map is shown: opacity, sign, colours, scale.

use yew::prelude::*;

use super::legend::ramp;
use super::stage_props::StageProps;
use crate::app::state::SettingsAction;
use crate::app::views::common::{PageHandle, input_value};
use crate::render::{ColorMap, Sign};

/// How the map is shown.
pub fn display_controls(props: &StageProps) -> Html {
    let settings = &props.state.settings;
    let signed = settings.sign == Sign::Signed;
    let page = &props.page;
    let said = props.state.words.picture();
    let maps = ColorMap::of_kind(settings.colormap().kind());
    html! {
        <div class="controls">
            <div class="control-row">
                { opacity(props) }
                <div class="segments" role="group" aria-label={said.evidence}>
                    { segment(page, said.for_class, !signed, SettingsAction::ChooseSign(Sign::Positive)) }
                    { segment(page, said.for_and_against, signed, SettingsAction::ChooseSign(Sign::Signed)) }
                </div>
                { hold(props) }
            </div>
            <More label={said.colours_and_scale}>
                <fieldset class="swatches">
                    <legend>{ said.colours }</legend>
                    { for maps.map(|map| swatch(props, map)) }
                </fieldset>
                <div class="control-row">
                    { toggle(page, said.raw_cells, said.raw_cells_hint, settings.cells, SettingsAction::ChooseCells(!settings.cells)) }
                    { toggle(page, said.own_scale, said.own_scale_hint, settings.own_scale, SettingsAction::ChooseOwnScale(!settings.own_scale)) }
                </div>
            </More>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct MoreProps {
    label: AttrValue,
    children: Html,
}

/// What a narrow window shows only when asked; styles.css says which is narrow.
#[component]
fn More(props: &MoreProps) -> Html {
    let open = use_state(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <div class={classes!("more", open.then_some("open"))}>
            <button class="more-button" aria-expanded={open.to_string()} onclick={toggle}>{ props.label.clone() }</button>
            <div class="more-body">{ props.children.clone() }</div>
        </div>
    }
}

fn opacity(props: &StageProps) -> Html {
    let percent = props.state.settings.opacity;
    let page = props.page.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        if let Some(percent) = input_value(&event).and_then(|value| value.parse().ok()) {
            page.dispatch(SettingsAction::ChooseOpacity(percent));
        }
    });
    html! {
        <label class="slider">
            <span>{ props.state.words.picture().opacity }</span>
            <input type="range" min="0" max="100" step="1" value={percent.to_string()} {oninput} />
            <output aria-live="off">{ format!("{percent} %") }</output>
        </label>
    }
}

fn segment(page: &PageHandle, name: &'static str, chosen: bool, action: SettingsAction) -> Html {
    let choose = page.callback(move |page| page.dispatch(action.clone()));
    html! { <button aria-pressed={chosen.to_string()} onclick={choose}>{ name }</button> }
}

fn toggle(
    page: &PageHandle,
    name: &'static str,
    hint: &'static str,
    on: bool,
    action: SettingsAction,
) -> Html {
    let onchange = page.callback(move |page| page.dispatch(action.clone()));
    html! {
        <label class="toggle">
            <input type="checkbox" checked={on} {onchange} />
            <span>{ name }<small>{ hint }</small></span>
        </label>
    }
}

fn swatch(props: &StageProps, map: ColorMap) -> Html {
    let chosen = props.state.settings.colormap() == map;
    let onchange = props
        .page
        .callback(move |page| page.dispatch(SettingsAction::ChooseColorMap(map)));
    html! {
        <label class="swatch" key={map.id()}>
            <input type="radio" name="colour" value={map.id()} checked={chosen} {onchange} />
            { ramp(map, &format!("swatch-{}", map.id())) }
            <span>{ props.state.words.colour_map(map) }</span>
        </label>
    }
}

/// Shows the picture alone while it is held.
fn hold(props: &StageProps) -> Html {
    let set = |value: bool| {
        let alone = props.set_alone.clone();
        move || alone.set(value)
    };
    let (press, release) = (set(true), set(false));
    let onpointerdown = Callback::from(move |_: PointerEvent| press());
    let up = Callback::from(move |_: PointerEvent| release());
    let (press, release) = (set(true), set(false));
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if is_press(&event) {
            press();
        }
    });
    let onkeyup = Callback::from(move |event: KeyboardEvent| {
        if is_press(&event) {
            release();
        }
    });
    let release = set(false);
    let onblur = Callback::from(move |_: FocusEvent| release());
    html! {
        <button class="quiet hold" aria-pressed={props.alone.to_string()} title={props.state.words.picture().hold_hint}
            {onpointerdown} onpointerup={up.clone()} onpointerleave={up.clone()} onpointercancel={up}
            {onkeydown} {onkeyup} {onblur}>
            { props.state.words.picture().hold }
        </button>
    }
}

fn is_press(event: &KeyboardEvent) -> bool {
    matches!(event.key().as_str(), " " | "Enter")
}
