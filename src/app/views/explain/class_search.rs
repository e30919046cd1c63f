//! The search over all classes.

use web_sys::Element;
use yew::prelude::*;

use crate::app::number_format;
use crate::app::state::{
    ExplanationAction, Prediction, TOP_CLASSES, asks_for_wordnet, find_classes,
};
use crate::app::views::common::{Props, element_ids, input_value};

/// A field that finds any class by its name, its number, or WordNet's number.
#[component]
pub fn ClassSearch(props: &Props) -> Html {
    let words = use_state(String::new);
    let active = use_state(|| 0_usize);
    let open = use_state(|| false);
    use_scrolling(*active, *open);
    {
        let page = props.page.clone();
        let is_missing = props.state.model.imagenet_labels.is_none() && asks_for_wordnet(&words);
        use_effect_with(is_missing, move |is_missing| {
            if *is_missing {
                page.fetch_imagenet();
            }
        });
    }
    let picture = props.state.picture.current.as_ref();
    let Some(prediction) = picture.and_then(|picture| props.state.current_prediction(picture))
    else {
        return html! {};
    };
    if prediction.logits.len() <= TOP_CLASSES {
        return html! {};
    }
    let found = if *open {
        find_classes(prediction, props.state.wordnet_list(), &words)
    } else {
        Vec::new()
    };
    let choose = {
        let (page, words, open) = (props.page.clone(), words.setter(), open.setter());
        Callback::from(move |class: usize| {
            page.dispatch(ExplanationAction::ChooseClass(class));
            words.set(String::new());
            open.set(false);
        })
    };
    let oninput = {
        let (words, active, open) = (words.setter(), active.setter(), open.setter());
        Callback::from(move |event: InputEvent| {
            if let Some(value) = input_value(&event) {
                words.set(value);
                active.set(0);
                open.set(true);
            }
        })
    };
    let onkeydown = {
        let (found, choose, active, open) =
            (found.clone(), choose.clone(), active.clone(), open.clone());
        Callback::from(move |event: KeyboardEvent| {
            let last = found.len().saturating_sub(1);
            match event.key().as_str() {
                "ArrowDown" if !*open => open.set(true),
                "ArrowDown" => active.set((*active + 1).min(last)),
                "ArrowUp" => active.set(active.saturating_sub(1)),
                "Enter" if *open => found
                    .get(*active)
                    .into_iter()
                    .for_each(|class| choose.emit(*class)),
                "Escape" => open.set(false),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let show = |value: bool| {
        let open = open.setter();
        Callback::from(move |_: FocusEvent| open.set(value))
    };
    let said = props.state.words.panel();
    let count = prediction.logits.len();
    let current = (*open && !found.is_empty()).then(|| option_id(*active));
    html! {
        <section class="search">
            <label for={element_ids::CLASS_SEARCH}>{ said.search }</label>
            <input id={element_ids::CLASS_SEARCH} type="search" role="combobox" autocomplete="off" spellcheck="false"
                aria-autocomplete="list" aria-expanded={open.to_string()} aria-controls="search-found"
                aria-activedescendant={current} placeholder={(said.any_of)(count)}
                value={(*words).clone()} {oninput} {onkeydown} onfocus={show(true)} onblur={show(false)} />
            if *open {
                <ul id="search-found" role="listbox" aria-label={said.classes_found}>
                    { for found.iter().enumerate().map(|(index, class)| option(prediction, index, *class, index == *active, &choose)) }
                    if found.is_empty() { <li class="hint">{ said.no_class }</li> }
                </ul>
            }
        </section>
    }
}

fn option_id(index: usize) -> String {
    format!("found-{index}")
}

fn option(
    prediction: &Prediction,
    index: usize,
    class: usize,
    active: bool,
    choose: &Callback<usize>,
) -> Html {
    let choose = choose.clone();
    // On the press: the click comes after the field has lost the focus.
    let onpointerdown = Callback::from(move |event: PointerEvent| {
        event.prevent_default();
        choose.emit(class);
    });
    let probability = prediction
        .probabilities
        .get(class)
        .copied()
        .unwrap_or(f32::NAN);
    html! {
        <li id={option_id(index)} role="option" aria-selected={active.to_string()} {onpointerdown}>
            <span>{ prediction.label(class) }</span><small>{ number_format::percent(probability) }</small>
        </li>
    }
}

/// Keeps the active option in sight.
#[hook]
fn use_scrolling(active: usize, open: bool) {
    use_effect_with((active, open), |(active, open)| {
        let option = open
            .then(|| gloo::utils::document().get_element_by_id(&option_id(*active)))
            .flatten();
        let Some((option, list)) =
            option.and_then(|option| option.parent_element().map(|list| (option, list)))
        else {
            return;
        };
        scroll_into(&list, &option);
    });
}

fn scroll_into(list: &Element, option: &Element) {
    let (outer, inner) = (
        list.get_bounding_client_rect(),
        option.get_bounding_client_rect(),
    );
    if inner.top() < outer.top() {
        list.set_scroll_top(list.scroll_top() - (outer.top() - inner.top()) as i32);
    } else if inner.bottom() > outer.bottom() {
        list.set_scroll_top(list.scroll_top() + (inner.bottom() - outer.bottom()).ceil() as i32);
    }
}
