//! Something that is drawn on or dragged over.

use web_sys::Element;
use yew::prelude::*;

/// When in a drag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DragPhase {
    Down,
    Move,
    Up,
}

/// Where the pointer is, as parts of width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DragPoint {
    pub phase: DragPhase,
    pub across: f64,
    pub down: f64,
}

/// What the surface is given.
#[derive(Properties, PartialEq)]
pub struct DragSurfaceProps {
    /// What lies below.
    pub children: Html,
    /// What is drawn above it: SVG on a square of 1000.
    pub marks: Html,
    /// For those who do not see it.
    pub label: AttrValue,
    pub onpoint: Callback<DragPoint>,
    #[prop_or_default]
    pub onkeydown: Callback<KeyboardEvent>,
}

/// What is drawn on or dragged over. The pointer is told of while it is pressed.
#[component]
pub fn DragSurface(props: &DragSurfaceProps) -> Html {
    let surface = use_node_ref();
    let is_pressed = use_mut_ref(|| false);
    let handler = |phase: DragPhase| {
        let (surface, is_pressed) = (surface.clone(), is_pressed.clone());
        let onpoint = props.onpoint.clone();
        Callback::from(move |event: PointerEvent| {
            let Some(surface) = surface.cast::<Element>() else {
                return;
            };
            let was_pressed = is_pressed.replace(phase != DragPhase::Up);
            if phase == DragPhase::Down {
                // Where a browser refuses, a drag ends at the edge.
                let _ = surface.set_pointer_capture(event.pointer_id());
            } else if !was_pressed {
                is_pressed.replace(false);
                return;
            }
            let bounds = surface.get_bounding_client_rect();
            let part = |at: i32, start: f64, length: f64| {
                ((f64::from(at) - start) / length.max(1.0)).clamp(0.0, 1.0)
            };
            onpoint.emit(DragPoint {
                phase,
                across: part(event.client_x(), bounds.left(), bounds.width()),
                down: part(event.client_y(), bounds.top(), bounds.height()),
            });
        })
    };
    html! {
        <div class="drag-surface" ref={surface.clone()} tabindex="0" role="application" aria-label={props.label.clone()}
            onpointerdown={handler(DragPhase::Down)} onpointermove={handler(DragPhase::Move)}
            onpointerup={handler(DragPhase::Up)} onpointercancel={handler(DragPhase::Up)} onkeydown={props.onkeydown.clone()}>
            { props.children.clone() }
            <svg class="marks" viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">{ props.marks.clone() }</svg>
        </div>
    }
}
