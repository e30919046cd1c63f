//! Light, dark, or as the system.

use gloo::events::EventListener;
use gloo::utils::window;
use yew::prelude::*;

use crate::app::state::Theme;

/// Steps through the themes.
#[component]
pub fn ThemeButton() -> Html {
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
    let (sign, name) = match *theme {
        Theme::System => ("◐", "as the system"),
        Theme::Light => ("○", "light"),
        Theme::Dark => ("●", "dark"),
    };
    html! {
        <button class="chip" onclick={next} aria-label={format!("Colours: {name}")} title={format!("Colours: {name}")}>
            <span class="sign" aria-hidden="true">{ sign }</span>
        </button>
    }
}
