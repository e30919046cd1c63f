//! Marks a part of the picture: a box, or what a brush touches.

use std::rc::Rc;

use yew::prelude::*;

use super::drag_surface::{DragPhase, DragPoint, DragSurface};
use super::input_value::input_value;
use super::map_canvas::{DrawnMap, MapCanvas};
use super::page_handle::PageHandle;
use crate::app::state::{AppState, MarkedRegion, TestAction};
use crate::protocol::DrawnRegion;

/// Cells of a brush's mask along the longer side.
const MASK_CELLS: f64 = 96.0;
/// Of the brush, in cells.
const BRUSH_RADIUS: f64 = 4.0;
/// Side of the square that marks are drawn on.
const SIDE: f64 = 1000.0;
/// A box with a shorter side is a point.
const MIN_BOX_SIDE: f64 = 0.01;

/// What the editor is given.
#[derive(Properties, PartialEq)]
pub struct RegionEditorProps {
    pub state: UseReducerHandle<AppState>,
    pub page: PageHandle,
    /// Longest side on the page, in CSS pixels.
    pub side: f64,
    /// For those who do not see it.
    pub label: AttrValue,
    /// Whether a point can be marked.
    #[prop_or_default]
    pub allows_point: bool,
    /// The map below the marks.
    #[prop_or_default]
    pub map: Option<DrawnMap>,
}

/// What is being marked.
#[derive(Clone, PartialEq)]
enum Stroke {
    /// From this corner to the other.
    Box([f64; 2], [f64; 2]),
    Brush(Rc<[u8]>),
}

/// The picture, what is marked of it, and what marks it.
#[component]
pub fn RegionEditor(props: &RegionEditorProps) -> Html {
    let is_brush = use_state(|| false);
    let stroke = use_state(|| None::<Stroke>);
    let typing = use_state(|| None::<String>);
    let is_done = use_state(|| false);
    let Some((picture, size)) = (props.state.picture.current.as_ref())
        .and_then(|picture| Some((picture, picture.canvas_size?)))
    else {
        return html! {};
    };
    let grid = grid(size);
    let marked = picture.region.as_ref();
    let onpoint = {
        let (stroke, page, is_brush) = (stroke.clone(), props.page.clone(), *is_brush);
        let marked = marked.cloned();
        let allows_point = props.allows_point;
        Callback::from(move |point: DragPoint| {
            let next = drawn(&stroke, point, is_brush, marked.as_ref(), grid);
            if point.phase == DragPhase::Up {
                stroke.set(None);
                if let Some(mark) = finished(&next, grid, allows_point) {
                    page.dispatch(TestAction::Mark(Some(mark)));
                }
            } else {
                stroke.set(Some(next));
            }
        })
    };
    let marks = match &*stroke {
        Some(Stroke::Box(from, to)) => box_mark(box_between(*from, *to)),
        Some(Stroke::Brush(cells)) => mask_marks(cells, grid),
        None => marked.map_or_else(Html::default, region_marks),
    };
    let words = props.state.words.start();
    let tool = |name: &'static str, brush: bool| {
        let choose = is_brush.setter();
        let onclick = Callback::from(move |_: MouseEvent| choose.set(brush));
        html! { <button aria-pressed={(*is_brush == brush).to_string()} {onclick}>{ name }</button> }
    };
    let clear = props
        .page
        .callback(|page| page.dispatch(TestAction::Mark(None)));
    let page = props.page.clone();
    // What is being typed stays until it is done, whatever else happens.
    let oninput = {
        let (typing, done) = (typing.setter(), is_done.setter());
        Callback::from(move |event: InputEvent| {
            done.set(false);
            typing.set(input_value(&event).filter(|text| !text.is_empty()));
        })
    };
    let text = (*typing).clone().unwrap_or_else(|| box_text(marked));
    let is_refused = typing.is_some() && *is_done;
    let (typing, done) = (typing.setter(), is_done.setter());
    let onchange = Callback::from(move |event: Event| {
        let area = input_value(&event).as_deref().and_then(percents);
        done.set(area.is_none());
        if let Some(area) = area {
            typing.set(None);
            page.dispatch(TestAction::Mark(Some((
                DrawnRegion::Box { area },
                Rc::from([]),
            ))));
        }
    });
    html! {
        <div class="region-editor">
            <DragSurface {marks} {onpoint} label={props.label.clone()}>
                <MapCanvas page={props.page.clone()} file={picture.key.file} picture_size={size} side={props.side}
                    first={props.map.clone()} label={picture.name.clone()} />
            </DragSurface>
            <div class="test-controls">
                <div class="segments" role="group" aria-label={words.mark_by}>
                    { tool(if props.allows_point { words.box_or_point } else { words.only_box }, false) }
                    { tool(words.brush, true) }
                </div>
                <label class="field">
                    <span>{ words.box_in_percent }</span>
                    <input type="text" size="14" placeholder={words.box_order} value={text} aria-invalid={is_refused.to_string()} {oninput} {onchange} />
                </label>
                <button class="quiet" disabled={marked.is_none()} onclick={clear}>{ words.clear }</button>
            </div>
            if is_refused {
                <p class="hint" role="alert">{ words.box_refused }</p>
            }
        </div>
    }
}

/// Columns and rows of a brush's mask.
fn grid((width, height): (u32, u32)) -> (usize, usize) {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let cell = width.max(height) / MASK_CELLS;
    let cells = |length: f64| ((length / cell).round() as usize).max(1);
    (cells(width), cells(height))
}

/// The stroke with one more point.
fn drawn(
    stroke: &Option<Stroke>,
    point: DragPoint,
    is_brush: bool,
    marked: Option<&MarkedRegion>,
    grid: (usize, usize),
) -> Stroke {
    let here = [point.across, point.down];
    match stroke {
        Some(Stroke::Box(from, _)) if point.phase != DragPhase::Down => Stroke::Box(*from, here),
        Some(Stroke::Brush(cells)) => Stroke::Brush(brushed(cells, here, grid)),
        _ if is_brush => {
            // Another stroke adds to what is painted.
            let count = grid.0 * grid.1;
            let painted = marked.filter(|marked| marked.marks.len() == count);
            let cells =
                painted.map_or_else(|| vec![0; count].into(), |marked| marked.marks.clone());
            Stroke::Brush(brushed(&cells, here, grid))
        }
        _ => Stroke::Box(here, here),
    }
}

/// Cells with those near a place marked.
fn brushed(cells: &[u8], [across, down]: [f64; 2], (columns, rows): (usize, usize)) -> Rc<[u8]> {
    let (x, y) = (across * columns as f64, down * rows as f64);
    let is_near = |cell: usize| {
        let column = (cell % columns) as f64 + 0.5;
        let row = (cell / columns) as f64 + 0.5;
        (column - x).powi(2) + (row - y).powi(2) <= BRUSH_RADIUS * BRUSH_RADIUS
    };
    let cells = cells.iter().enumerate();
    cells
        .map(|(cell, &mark)| mark.max(u8::from(is_near(cell))))
        .collect()
}

/// What a stroke marks at its end; nothing for a box without sides.
fn finished(
    stroke: &Stroke,
    (width, height): (usize, usize),
    allows_point: bool,
) -> Option<(DrawnRegion, Rc<[u8]>)> {
    match stroke {
        Stroke::Box(from, to) => {
            let area = box_between(*from, *to);
            let is_point = area[2] < MIN_BOX_SIDE || area[3] < MIN_BOX_SIDE;
            (allows_point || !is_point).then(|| (DrawnRegion::Box { area }, Rc::from([])))
        }
        Stroke::Brush(cells) => Some((DrawnRegion::Mask { height, width }, cells.clone())),
    }
}

fn box_between(from: [f64; 2], to: [f64; 2]) -> [f64; 4] {
    let (left, top) = (from[0].min(to[0]), from[1].min(to[1]));
    [left, top, (from[0] - to[0]).abs(), (from[1] - to[1]).abs()]
}

/// A box from "10, 20, 30, 40" in whole percent, if it is inside the picture. Whole numbers
/// alone: what reads others has tables of 12 kB.
fn percents(text: &str) -> Option<[f64; 4]> {
    let numbers: Option<Vec<u8>> = text
        .split([',', ' ', '%'])
        .filter(|number| !number.is_empty())
        .map(|number| number.parse().ok())
        .collect();
    let [left, top, width, height] = numbers?.try_into().ok()?;
    let is_inside =
        |start: u8, length: u8| length > 0 && u16::from(start) + u16::from(length) <= 100;
    let is_box = is_inside(left, width) && is_inside(top, height);
    is_box.then(|| [left, top, width, height].map(|percent| f64::from(percent) / 100.0))
}

fn box_text(marked: Option<&MarkedRegion>) -> String {
    match marked.map(|marked| &marked.shape) {
        Some(DrawnRegion::Box { area }) => {
            let percents = area.map(|part| format!("{:.0}", part * 100.0));
            percents.join(", ")
        }
        _ => String::new(),
    }
}

/// A marked part, as SVG.
fn region_marks(marked: &MarkedRegion) -> Html {
    match marked.shape {
        DrawnRegion::Box { area } => box_mark(area),
        DrawnRegion::Mask { height, width } => mask_marks(&marked.marks, (width, height)),
    }
}

fn box_mark(area: [f64; 4]) -> Html {
    let [x, y, width, height] = area.map(|part| (part * SIDE).to_string());
    html! { <rect class="mark" {x} {y} {width} {height} /> }
}

/// A rectangle for each run of marked cells in a row.
fn mask_marks(cells: &[u8], (columns, rows): (usize, usize)) -> Html {
    let (wide, high) = (SIDE / columns as f64, SIDE / rows as f64);
    let runs = cells.chunks(columns).enumerate().flat_map(|(row, cells)| {
        let starts = (0..cells.len()).filter(|&at| cells[at] != 0 && (at == 0 || cells[at - 1] == 0));
        starts.map(move |start| {
            let length = cells[start..].iter().take_while(|&&cell| cell != 0).count();
            let [x, y, width] = [start as f64 * wide, row as f64 * high, length as f64 * wide];
            html! {
                <rect class="mark brushed" x={x.to_string()} y={y.to_string()} width={width.to_string()} height={high.to_string()} />
            }
        })
    });
    html! { { for runs } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_read_in_percent_and_lie_inside() {
        assert_eq!(percents("10, 20, 30,40 %"), Some([0.1, 0.2, 0.3, 0.4]));
        for wrong in ["", "1,2,3", "90,0,20,10", "0,0,0,10", "-1,0,5,5", "a,b,c,d"] {
            assert_eq!(percents(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn brushes_mark_what_is_near_and_add_up() {
        let size = grid((200, 100));
        assert_eq!(size, (96, 48));
        let none = vec![0; 96 * 48];
        let once = brushed(&none, [0.5, 0.5], size);
        let twice = brushed(&once, [0.0, 0.0], size);
        let count = |cells: &[u8]| cells.iter().filter(|&&cell| cell != 0).count();
        assert!(count(&once) > 40 && count(&twice) > count(&once));
        assert_eq!(once[24 * 96 + 48], 1);
        assert_eq!(once[0], 0);
    }

    #[test]
    fn a_click_is_a_point_where_points_are_allowed() {
        let click = Stroke::Box([0.5, 0.5], [0.5, 0.5]);
        assert!(finished(&click, (1, 1), false).is_none());
        assert!(finished(&click, (1, 1), true).is_some());
        assert_eq!(
            box_between([0.5, 0.75], [0.25, 0.5]),
            [0.25, 0.5, 0.25, 0.25]
        );
    }
}
