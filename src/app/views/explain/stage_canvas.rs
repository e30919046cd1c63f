//! The canvas with the picture and its map.

use std::rc::Rc;

use gloo::utils::window;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlCanvasElement, ResizeObserver};
use yew::prelude::*;

use crate::app::number_format;
use crate::app::state::{AppState, ChosenPicture, NoticesAction, SaliencyMap};
use crate::app::views::common::PageHandle;
use crate::app::views::common::map_painter::{self, MapPainter, Scene};
use crate::app::words::PictureWords;
use crate::protocol::MapState;
use crate::render::OverlayStyle;

/// A place in the picture whose value is read, as parts of its width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointedPlace {
    pub across: f64,
    pub down: f64,
}

impl PointedPlace {
    /// What the map of the stage says there, in logit units; `None` where the network did not
    /// see the picture.
    pub fn value(self, state: &AppState) -> Option<f32> {
        let view = state.on_stage()?.map()?.view()?;
        let is_seen = view.frame().sees(self.across, self.down);
        is_seen.then(|| view.at(self.across, self.down, state.settings.cells))
    }
}

/// What the canvas is given.
#[derive(Properties, PartialEq)]
pub struct StageCanvasProps {
    pub state: UseReducerHandle<AppState>,
    pub page: PageHandle,
    /// The picture is shown without its map.
    pub alone: bool,
    pub pointed: Option<PointedPlace>,
    pub set_pointed: UseStateSetter<Option<PointedPlace>>,
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
    let painter = use_mut_ref(MapPainter::default);
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
            let size = map_painter::fit(painting.canvas_size, (width, height));
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
    let words = props.state.words.picture();
    let (onpoint, onleave) = pointer_handlers(props, &canvas);
    let onkeydown = key_handler(props);
    let label = picture
        .map(|picture| description(words, picture))
        .unwrap_or_default();
    html! {
        <div class="frame" ref={frame}>
            if picture.is_some_and(|picture| picture.canvas_size.is_some()) {
                <div class="picture">
                    <canvas ref={canvas} role="img" tabindex="0" aria-label={label} {onkeydown} onpointerdown={onpoint.clone()}
                        onpointermove={onpoint} onpointerleave={onleave.clone()} onpointercancel={onleave}></canvas>
                    // Always there: where children come and go, Yew would make a new canvas.
                    <div>{ for props.pointed.and_then(|place| spot(&props.state, place)) }</div>
                </div>
            } else {
                <p class="undrawn">{ words.opening }</p>
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

/// A ring at the place whose value is read, and the value beside the picture's edge, where no
/// finger lies on it.
fn spot(state: &AppState, place: PointedPlace) -> Option<Html> {
    state.on_stage()?.map()?.view()?;
    let words = match place.value(state) {
        Some(value) => number_format::value(value),
        None => state.words.picture().not_seen.to_owned(),
    };
    let percent = |part: f64| format!("{:.2}%", part * 100.0);
    let corner = if place.down < 0.5 { "low" } else { "high" };
    Some(html! {
        <>
            <svg class="spot" aria-hidden="true">
                <circle class="outer" cx={percent(place.across)} cy={percent(place.down)} r="9" />
                <circle cx={percent(place.across)} cy={percent(place.down)} r="9" />
            </svg>
            <span class={classes!("spot-value", corner)} aria-hidden="true">{ words }</span>
        </>
    })
}

/// Reads the map's value under the pointer. A finger's place stays when the finger goes,
/// unless it scrolls the page.
fn pointer_handlers(
    props: &StageCanvasProps,
    canvas: &NodeRef,
) -> (Callback<PointerEvent>, Callback<PointerEvent>) {
    let (canvas, set_pointed) = (canvas.clone(), props.set_pointed.clone());
    let onpoint = Callback::from(move |event: PointerEvent| {
        let Some(canvas) = canvas.cast::<Element>() else {
            return;
        };
        let bounds = canvas.get_bounding_client_rect();
        let across = (f64::from(event.client_x()) - bounds.left()) / bounds.width();
        let down = (f64::from(event.client_y()) - bounds.top()) / bounds.height();
        // A finger may be dragged beyond the edge.
        let (across, down) = (across.clamp(0.0, 1.0), down.clamp(0.0, 1.0));
        set_pointed.set(Some(PointedPlace { across, down }));
    });
    let set_pointed = props.set_pointed.clone();
    let onleave = Callback::from(move |event: PointerEvent| {
        if event.pointer_type() == "mouse" || event.type_() == "pointercancel" {
            set_pointed.set(None);
        }
    });
    (onpoint, onleave)
}

/// Arrow keys read the map cell by cell, beginning at its peak; Escape ends it.
fn key_handler(props: &StageCanvasProps) -> Callback<KeyboardEvent> {
    let (state, page) = (props.state.clone(), props.page.clone());
    let (pointed, set_pointed) = (props.pointed, props.set_pointed.clone());
    Callback::from(move |event: KeyboardEvent| {
        let (columns, rows) = match event.key().as_str() {
            "ArrowLeft" => (-1, 0),
            "ArrowRight" => (1, 0),
            "ArrowUp" => (0, -1),
            "ArrowDown" => (0, 1),
            "Escape" => return set_pointed.set(None),
            _ => return,
        };
        let map = state.on_stage().and_then(ChosenPicture::map);
        let Some(view) = map.and_then(|map| map.view()) else {
            return;
        };
        event.prevent_default();
        // From the centre of a cell to that of its neighbour.
        let (across, down) = match pointed {
            Some(PointedPlace { across, down }) => view.neighbour((across, down), columns, rows),
            None => view.peak().unwrap_or((0.5, 0.5)),
        };
        let place = PointedPlace { across, down };
        set_pointed.set(Some(place));
        let value = view.at(place.across, place.down, state.settings.cells);
        page.dispatch(NoticesAction::Announce((state.words.picture().read_at)(
            &number_format::value(value),
            &whole_percent(place.across),
            &whole_percent(place.down),
        )));
    })
}

/// The picture in words, with the place of the map's peak.
fn description(words: &PictureWords, picture: &ChosenPicture) -> String {
    let name = &picture.name;
    let Some((map, prediction)) = picture.map().zip(picture.prediction.as_ref()) else {
        return name.clone();
    };
    let label = prediction.label(map.summary.class);
    let peak = map.view().and_then(|view| view.peak());
    match peak.filter(|_| map.summary.state == MapState::Evidence) {
        Some((across, down)) => {
            (words.described)(name, label, &whole_percent(across), &whole_percent(down))
        }
        None => (words.described_nothing)(name, label),
    }
}

fn whole_percent(part: f64) -> String {
    format!("{:.0}", part * 100.0)
}
