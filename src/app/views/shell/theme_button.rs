//! Light, dark, or as the system.

use gloo::events::EventListener;
use gloo::utils::window;
use yew::prelude::*;

use crate::app::state::Theme;
use crate::app::words::WordsOf;

#[derive(Properties, PartialEq)]
pub struct ThemeButtonProps {
    pub words: WordsOf,
}

/// Steps through the themes.
#[component]
pub fn ThemeButton(props: &ThemeButtonProps) -> Html {
    let theme = use_state(Theme::load);
    use_effect_with(*theme, |theme| theme.apply());
    {
        let theme = theme.setter();
        use_effect_with((), move |()| {
            // Another tab of this site stores what is chosen there.
            let listener =
                EventListener::new(&window(), "storage", move |_| theme.set(Theme::load()));
            move || drop(listener)
        });
    }
    let next = {
        let theme = theme.clone();
        Callback::from(move |_: MouseEvent| theme.set(theme.next()))
    };
    let words = props.words.shell();
    let (sign, name) = match *theme {
        Theme::System => ("◐", words.theme_system),
        Theme::Light => ("○", words.theme_light),
        Theme::Dark => ("●", words.theme_dark),
    };
    let label = (words.colours)(name);
    html! {
        <button class="chip" onclick={next} aria-label={label.clone()} title={label}>
            <span class="sign" aria-hidden="true">{ sign }</span>
        </button>
    }
}
