//! A patch that a person drags over the picture.

use yew::prelude::*;

use super::probabilities::probabilities;
use super::tested_map::tested_map;
use crate::app::state::{ChosenPicture, PARTS, TestAction, TestQuestion};
use crate::app::views::common::{DragPoint, DragSurface, DrawnMap, MapCanvas, Props, input_value};

/// Longest side of the picture, in CSS pixels.
const SIDE: f64 = 400.0;
/// How far a key moves the patch, in [`PARTS`].
const KEY_STEP: i64 = 250;

/// The picture with the patch and the map of the covered picture, and what it is taken for.
pub fn cover(props: &Props, picture: &ChosenPicture) -> Html {
    let state = &props.state;
    let Some(size) = picture.canvas_size else {
        return html! {};
    };
    let area = state.test.cover;
    let changed = state.changed_picture(|question| matches!(question, TestQuestion::Cover { .. }));
    // The map of the covered picture on the scale of the map that is tested.
    let tested = tested_map(props, picture);
    let map = match (&tested, changed) {
        (Some(tested), Some((_, changed))) => Some(DrawnMap {
            map: changed.map.clone(),
            style: tested.style,
        }),
        _ => tested,
    };
    let page = props.page.clone();
    let onpoint = Callback::from(move |point: DragPoint| {
        let [_, _, width, height] = area;
        let centre = |part: f64, side: u32| (part * f64::from(PARTS)) as i64 - i64::from(side / 2);
        let moved = placed(
            area,
            centre(point.across, width),
            centre(point.down, height),
        );
        page.dispatch(TestAction::Cover(moved));
    });
    let page = props.page.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let (across, down) = match event.key().as_str() {
            "ArrowLeft" => (-KEY_STEP, 0),
            "ArrowRight" => (KEY_STEP, 0),
            "ArrowUp" => (0, -KEY_STEP),
            "ArrowDown" => (0, KEY_STEP),
            _ => return,
        };
        event.prevent_default();
        let [left, top, ..] = area.map(i64::from);
        page.dispatch(TestAction::Cover(placed(area, left + across, top + down)));
    });
    let page = props.page.clone();
    let resize = Callback::from(move |event: InputEvent| {
        let percent: Option<u32> = input_value(&event).and_then(|value| value.parse().ok());
        if let Some(percent) = percent {
            let side = percent.clamp(1, 100) * PARTS / 100;
            let [left, top, width, height] = area.map(i64::from);
            let grown = [area[0], area[1], side, side];
            let half = i64::from(side / 2);
            let moved = placed(grown, left + width / 2 - half, top + height / 2 - half);
            page.dispatch(TestAction::Cover(moved));
        }
    });
    let [x, y, width, height] = area.map(|part| (part / 10).to_string());
    let marks = html! { <rect class="patch" {x} {y} {width} {height} /> };
    let words = props.state.words.test();
    let percent = area[2] * 100 / PARTS;
    html! {
        <>
            <p class="hint">{ words.cover_hint }</p>
            <div class="test-pictures">
                <DragSurface {marks} {onpoint} {onkeydown} label={words.cover_label}>
                    <MapCanvas page={props.page.clone()} file={picture.key.file} picture_size={size} side={SIDE} first={map} label={words.picture_with_map} />
                </DragSurface>
                <div class="test-words">
                    <label class="field">
                        <span>{ words.patch_size }</span>
                        <input type="range" min="5" max="80" value={percent.to_string()} oninput={resize} aria-valuetext={format!("{percent} %")} />
                    </label>
                    { for changed.map(|(_, changed)| probabilities(words, picture, changed)) }
                </div>
            </div>
        </>
    }
}

/// An area with its left upper corner here, inside the picture.
fn placed([_, _, width, height]: [u32; 4], left: i64, top: i64) -> [u32; 4] {
    let inside = |start: i64, side: u32| start.clamp(0, i64::from(PARTS - side.min(PARTS))) as u32;
    [inside(left, width), inside(top, height), width, height]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patch_stays_in_the_picture() {
        let area = [0, 0, 2000, 4000];
        assert_eq!(placed(area, -5, 100), [0, 100, 2000, 4000]);
        assert_eq!(placed(area, 9000, 9000), [8000, 6000, 2000, 4000]);
    }
}
