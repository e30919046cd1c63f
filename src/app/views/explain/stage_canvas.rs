//! The canvas with the picture and its map.

use std::rc::Rc;

use gloo::utils::window;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlCanvasElement, ResizeObserver};
use yew::prelude::*;

use super::stage_painter;
use super::stage_painter::{Scene, StagePainter};
use crate::app::state::{AppState, ChosenPicture, SaliencyMap};
use crate::app::views::common::PageHandle;
use crate::protocol::MapState;
use crate::render::OverlayStyle;

/// What the map says under the pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct PointedValue {
    /// In logit units.
    pub value: f32,
}

/// What the canvas is given.
#[derive(Properties, PartialEq)]
pub struct StageCanvasProps {
    pub state: UseReducerHandle<AppState>,
    pub page: PageHandle,
    /// The picture is shown without its map.
    pub alone: bool,
    pub set_pointed: UseStateSetter<Option<PointedValue>>,
}

/// What the painting depends on.
#[derive(Clone, PartialEq)]
struct Painting {
    file: u32,
    canvas_size: (u32, u32),
    map: Option<(Rc<SaliencyMap>, OverlayStyle)>,
    room: Room,
}

/// How large the picture may be.
#[derive(Clone, Copy, PartialEq)]
struct Room {
    /// In CSS pixels.
    width: f64,
    /// In CSS pixels.
    height: f64,
    /// Pixels of the screen for one CSS pixel.
    density: f64,
}

/// From this width on the stage fills the window, as in styles.css.
const WIDE_MEDIA_QUERY: &str = "(min-width: 900px)";
/// The picture's part of a narrow window's height: it stays in view, and what it is
/// explained by must fit under it.
const NARROW_HEIGHT_FRACTION: f64 = 0.42;
/// The same in a window too low for the picture to stay, as in styles.css.
const LOW_HEIGHT_FRACTION: f64 = 0.6;
const LOW_HEIGHT_PIXELS: f64 = 500.0;

/// The picture with its map.
#[component]
pub fn StageCanvas(props: &StageCanvasProps) -> Html {
    let frame = use_node_ref();
    let canvas = use_node_ref();
    let painter = use_mut_ref(StagePainter::default);
    let room = use_room(&frame);
    let picture = props.state.on_stage();
    let painting = picture.and_then(|picture| {
        let map = picture
            .map()
            .filter(|_| !props.alone)
            .map(|map| (map.clone(), props.state.overlay_style(picture)));
        Some(Painting {
            file: picture.key.file,
            canvas_size: picture.canvas_size?,
            map,
            room,
        })
    });
    {
        let (canvas, page) = (canvas.clone(), props.page.clone());
        use_effect_with(painting, move |painting| {
            let Some((painting, canvas)) =
                painting.as_ref().zip(canvas.cast::<HtmlCanvasElement>())
            else {
                return;
            };
            let Some(picture) = page.resources.canvas(painting.file) else {
                return;
            };
            let Room {
                width,
                height,
                density,
            } = painting.room;
            let map = painting.map.as_ref().map(|(map, style)| (map, *style));
            let size = stage_painter::fit(painting.canvas_size, (width, height));
            let scene = Scene {
                file: painting.file,
                picture: &picture,
                map,
                size,
            };
            if let Err(error) = painter.borrow_mut().paint(&canvas, &scene, density) {
                gloo::console::error!("the picture could not be painted", error);
            }
        });
    }
    let (onpointermove, onpointerleave) = pointer_handlers(props, &canvas);
    let label = picture.map(description).unwrap_or_default();
    html! {
        <div class="frame" ref={frame}>
            if picture.is_some_and(|picture| picture.canvas_size.is_some()) {
                <canvas ref={canvas} role="img" aria-label={label} {onpointermove} {onpointerleave}></canvas>
            } else {
                <p class="undrawn">{ "Opening the picture…" }</p>
            }
        </div>
    }
}

/// The room for the picture; measured again whenever the frame changes its size.
#[hook]
fn use_room(frame: &NodeRef) -> Room {
    let room = use_state(|| Room {
        width: 1.0,
        height: 1.0,
        density: 1.0,
    });
    {
        let (frame, room) = (frame.clone(), room.setter());
        use_effect_with((), move |()| {
            let element = frame.cast::<Element>();
            let measured = element.clone();
            let measure = Closure::<dyn FnMut()>::new(move || {
                if let Some(element) = &measured {
                    room.set(measure(element));
                }
            });
            let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok();
            if let Some((observer, element)) = observer.as_ref().zip(element.as_ref()) {
                observer.observe(element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(measure);
            }
        });
    }
    *room
}

fn measure(frame: &Element) -> Room {
    let window = window();
    let is_wide = window
        .match_media(WIDE_MEDIA_QUERY)
        .ok()
        .flatten()
        .is_some_and(|query| query.matches());
    let height = if is_wide {
        f64::from(frame.client_height())
    } else {
        let all = window
            .inner_height()
            .ok()
            .and_then(|height| height.as_f64())
            .unwrap_or(640.0);
        let is_low = all < LOW_HEIGHT_PIXELS;
        all * if is_low {
            LOW_HEIGHT_FRACTION
        } else {
            NARROW_HEIGHT_FRACTION
        }
    };
    Room {
        width: f64::from(frame.client_width()).max(1.0),
        height: height.max(1.0),
        density: window.device_pixel_ratio(),
    }
}

/// Reads the map's value under the pointer.
fn pointer_handlers(
    props: &StageCanvasProps,
    canvas: &NodeRef,
) -> (Callback<PointerEvent>, Callback<PointerEvent>) {
    let map = props.state.on_stage().and_then(ChosenPicture::map).cloned();
    let cells = props.state.settings.cells;
    let (canvas, set_pointed) = (canvas.clone(), props.set_pointed.clone());
    let onpointermove = Callback::from(move |event: PointerEvent| {
        let Some((canvas, map)) = canvas.cast::<Element>().zip(map.as_ref()) else {
            return;
        };
        let Some(view) = map.view() else { return };
        let bounds = canvas.get_bounding_client_rect();
        let across = (f64::from(event.client_x()) - bounds.left()) / bounds.width();
        let down = (f64::from(event.client_y()) - bounds.top()) / bounds.height();
        set_pointed.set(Some(PointedValue {
            value: view.at(across, down, cells),
        }));
    });
    let set_pointed = props.set_pointed.clone();
    (
        onpointermove,
        Callback::from(move |_| set_pointed.set(None)),
    )
}

/// The picture in words, with the place of the map's peak.
fn description(picture: &ChosenPicture) -> String {
    let name = &picture.name;
    let Some((map, prediction)) = picture.map().zip(picture.prediction.as_ref()) else {
        return name.clone();
    };
    let label = prediction.label(map.summary.class);
    let peak = map.view().and_then(|view| view.peak());
    match peak.filter(|_| map.summary.state == MapState::Evidence) {
        Some((across, down)) => format!(
            "{name} with where the network looked for {label}: strongest at {:.0} % from the left, {:.0} % from the top",
            across * 100.0,
            down * 100.0
        ),
        None => format!("{name}; nothing in it speaks for {label}"),
    }
}
