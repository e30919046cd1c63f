//! What reaches the page from outside its elements: files dropped or pasted anywhere, and
//! keys.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::{body, window};
use wasm_bindgen::JsCast as _;
use web_sys::{
    ClipboardEvent, DataTransfer, DragEvent, Element, Event, File, HtmlInputElement, KeyboardEvent,
};
use yew::Callback;

use crate::app::browser::elements;

/// A key that means something to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The nth row, from 0.
    Class(usize),
    /// The picture alone while the key is down.
    Alone(bool),
    Search,
    Help,
}

/// Listens for files dropped on the page or pasted into it.
pub fn files(take: &Callback<Vec<File>>) -> Vec<EventListener> {
    let options = EventListenerOptions::enable_prevent_default();
    let listen = |name: &'static str, act: Box<dyn Fn(&Event)>| {
        EventListener::new_with_options(&window(), name, options, move |event| act(event))
    };
    let on_drop = take.clone();
    let on_paste = take.clone();
    vec![
        listen(
            "dragover",
            Box::new(|event| {
                event.prevent_default();
                mark_dragging(true);
            }),
        ),
        listen(
            "dragleave",
            Box::new(|event| {
                // Leaving the window, not only an element in it.
                if event
                    .dyn_ref::<DragEvent>()
                    .is_some_and(|event| event.related_target().is_none())
                {
                    mark_dragging(false);
                }
            }),
        ),
        listen(
            "drop",
            Box::new(move |event| {
                event.prevent_default();
                mark_dragging(false);
                let files = event
                    .dyn_ref::<DragEvent>()
                    .and_then(DragEvent::data_transfer);
                on_drop.emit(files.map(files_of).unwrap_or_default());
            }),
        ),
        listen(
            "paste",
            Box::new(move |event| {
                let files = event
                    .dyn_ref::<ClipboardEvent>()
                    .and_then(ClipboardEvent::clipboard_data);
                let files = files.map(files_of).unwrap_or_default();
                if !files.is_empty() {
                    event.prevent_default();
                    on_paste.emit(files);
                }
            }),
        ),
    ]
}

fn files_of(transfer: DataTransfer) -> Vec<File> {
    let Some(files) = transfer.files() else {
        return Vec::new();
    };
    (0..files.length())
        .filter_map(|index| files.get(index))
        .collect()
}

fn mark_dragging(dragging: bool) {
    let _ = body().toggle_attribute_with_force("data-dragging", dragging);
}

/// Listens for the page's keys, with a digit for each of `rows`, except where the user writes.
pub fn keys(rows: usize, act: &Callback<Key>) -> Vec<EventListener> {
    let listen = |name: &'static str, down: bool| {
        let act = act.clone();
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&window(), name, options, move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                return;
            };
            if let Some(key) = key_of(event, down, rows) {
                event.prevent_default();
                act.emit(key);
            }
        })
    };
    // A key that is let go while another window has the focus has no keyup event.
    let away = {
        let act = act.clone();
        EventListener::new(&window(), "blur", move |_| act.emit(Key::Alone(false)))
    };
    vec![listen("keydown", true), listen("keyup", false), away]
}

fn key_of(event: &KeyboardEvent, down: bool, rows: usize) -> Option<Key> {
    if event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || event.repeat()
        || is_writing(event)
        // What lies behind a dialog must not change unseen; a key may still be let go.
        || (down && elements::has_dialog())
    {
        return None;
    }
    match event.key().as_str() {
        "o" | "O" => Some(Key::Alone(down)),
        _ if !down => None,
        "/" => Some(Key::Search),
        "?" => Some(Key::Help),
        digit => {
            let digit: usize = digit.parse().ok()?;
            (1..=rows).contains(&digit).then(|| Key::Class(digit - 1))
        }
    }
}

fn is_writing(event: &KeyboardEvent) -> bool {
    let Some(element) = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
    else {
        return false;
    };
    match element.dyn_ref::<HtmlInputElement>() {
        Some(input) => matches!(input.type_().as_str(), "text" | "search" | "number"),
        None => matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT"),
    }
}
