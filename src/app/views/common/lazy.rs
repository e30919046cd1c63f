//! A view of a part of the program that is loaded on need.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::Props;
use crate::app::browser::parts::{Loading, NotLoaded};
use crate::app::words::WordsOf;

/// Draws a view.
pub type Draw<P = Props> = fn(&P) -> Html;

#[derive(Properties)]
struct LazyProps<P: PartialEq> {
    props: P,
    /// A component keeps the one that it was made with.
    load: fn() -> Loading<Draw<P>>,
    words: WordsOf,
}

impl<P: PartialEq> PartialEq for LazyProps<P> {
    fn eq(&self, other: &Self) -> bool {
        self.props == other.props && self.words == other.words
    }
}

/// A view of a part that is loaded on need; `name` tells it from others in its place.
pub fn lazy<P: Clone + PartialEq + 'static>(
    words: WordsOf,
    name: &'static str,
    props: &P,
    load: fn() -> Loading<Draw<P>>,
) -> Html {
    html! { <Lazy<P> key={name} props={props.clone()} {load} {words} /> }
}

#[component]
fn Lazy<P: PartialEq + 'static>(props: &LazyProps<P>) -> Html {
    let drawn = use_state(|| None::<Result<Draw<P>, NotLoaded>>);
    let attempt = use_state(|| 0_u32);
    {
        let (drawn, load) = (drawn.setter(), props.load);
        use_effect_with(*attempt, move |_| {
            spawn_local(async move { drawn.set(Some(load().await)) });
        });
    }
    match &*drawn {
        Some(Ok(draw)) => draw(&props.props),
        Some(Err(NotLoaded)) => {
            let drawn = drawn.setter();
            let again = Callback::from(move |_: MouseEvent| {
                drawn.set(None);
                attempt.set(*attempt + 1);
            });
            html! {
                <div class="notice" role="alert">
                    <p>{ props.words.shell().part_not_loaded }</p>
                    <div class="notice-ways"><button class="quiet" onclick={again}>{ props.words.shell().try_again }</button></div>
                </div>
            }
        }
        None => html! { <p class="hint" role="status">{ props.words.shell().loading }</p> },
    }
}
