//! A button that opens a box.

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

/// The button and the box.
#[derive(Properties, PartialEq)]
pub struct PopoverProps {
    pub id: &'static str,
    /// What the button says.
    pub chip: Html,
    /// What the opened box is, for those who do not see it.
    pub label: AttrValue,
    /// Closes the box when it changes.
    #[prop_or_default]
    pub closes_with: AttrValue,
    pub children: Html,
}

/// A button that opens a box under it; Escape, or going elsewhere, closes it.
#[component]
pub fn Popover(props: &PopoverProps) -> Html {
    let open = use_state(|| false);
    let root = use_node_ref();
    let button = use_node_ref();
    {
        let open = open.setter();
        use_effect_with(props.closes_with.clone(), move |_| open.set(false));
    }
    use_closing(root.clone(), open.clone());
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let onkeydown = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *open {
                open.set(false);
                if let Some(button) = button.cast::<HtmlElement>() {
                    let _ = button.focus();
                }
            }
        })
    };
    html! {
        <div class="popover" ref={root} {onkeydown}>
            <button ref={button} class="chip" onclick={toggle} aria-expanded={open.to_string()} aria-controls={props.id}>
                { props.chip.clone() }
            </button>
            if *open {
                <div id={props.id} class="popover-box" role="group" aria-label={props.label.clone()}>{ props.children.clone() }</div>
            }
        </div>
    }
}

/// Closes on a press or on focus outside of `root`.
#[hook]
fn use_closing(root: NodeRef, open: UseStateHandle<bool>) {
    use_effect_with(*open, move |is_open| {
        let listen = |name: &'static str| {
            let (root, open) = (root.clone(), open.setter());
            gloo::events::EventListener::new(&gloo::utils::document(), name, move |event| {
                let target = event
                    .target()
                    .and_then(|target| target.dyn_into::<Node>().ok());
                if !root
                    .get()
                    .is_some_and(|root| root.contains(target.as_ref()))
                {
                    open.set(false);
                }
            })
        };
        let listeners = is_open.then(|| [listen("pointerdown"), listen("focusin")]);
        move || drop(listeners)
    });
}
