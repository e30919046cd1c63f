//! How the picture's file is read: the window of grey levels, the background, the bands.

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::app::browser::text::number as number_text;
use crate::app::state::{ChosenPicture, PictureAction, PictureChoices};
use crate::app::views::common::{PageHandle, input_value};
use crate::app::words::PictureWords;
use crate::picture::{Background, LevelWindow};
use crate::protocol::LevelsReading;

/// Width and height of the histogram in its own units; a bar is one wide, and its height in
/// percent.
const BARS: u32 = 64;
const HEIGHT: u32 = 100;

/// What there is to choose of how the picture's file is read, if anything.
pub fn picture_choices(
    words: &'static PictureWords,
    page: &PageHandle,
    picture: &ChosenPicture,
) -> Html {
    let Some(prediction) = &picture.prediction else {
        return html! {};
    };
    let (reading, choices) = (&prediction.reading, picture.key.choices);
    html! {
        <>
            { for reading.levels.as_ref().map(|levels| window(words, page, levels, choices)) }
            if reading.is_transparent { { background(words, page, choices) } }
            if reading.has_profile { { profile(words, page, choices) } }
            { for reading.bands.map(|count| bands(words, page, count, choices)) }
        </>
    }
}

fn choose(page: &PageHandle, choices: PictureChoices) {
    page.dispatch(PictureAction::ChooseReading(choices));
}

/// The values that are black and white, on a histogram.
fn window(
    words: &'static PictureWords,
    page: &PageHandle,
    levels: &LevelsReading,
    choices: PictureChoices,
) -> Html {
    let [low, high] = levels.window;
    let number = |name: &'static str, value: f64, is_high: bool| {
        let page = page.clone();
        let onchange = Callback::from(move |event: Event| {
            let input = event
                .target()
                .and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
            // No number where there is none.
            let chosen = input.map_or(f64::NAN, |input| input.value_as_number());
            let ends = if is_high {
                (low, chosen)
            } else {
                (chosen, high)
            };
            if let Some(window) = LevelWindow::new(ends.0, ends.1) {
                let window = Some(window);
                choose(&page, PictureChoices { window, ..choices });
            }
        });
        // Beyond the other end is no window: the browser marks it.
        let (min, max) = if is_high {
            (Some(low), None)
        } else {
            (None, Some(high))
        };
        html! {
            <label class="field"><span>{ name }</span>
                <input type="number" step="any" min={min.map(number_text)} max={max.map(number_text)}
                    value={number_text(value)} {onchange} /></label>
        }
    };
    let usual = page.callback(move |page| {
        let window = None;
        choose(page, PictureChoices { window, ..choices });
    });
    let whose = if levels.is_usual_of_file {
        words.as_the_file_says
    } else {
        words.usual_range
    };
    html! {
        <fieldset class="levels">
            <legend>{ words.grey_levels }</legend>
            { histogram(words, levels) }
            { number(words.black, low, false) }
            { number(words.white, high, true) }
            if choices.window.is_some() {
                <button class="quiet" onclick={usual}>{ (words.from_to)(whose, &number_text(levels.usual[0]), &number_text(levels.usual[1])) }</button>
            }
        </fieldset>
    }
}

/// How many pixels have each value, and what of it is shown.
fn histogram(words: &PictureWords, levels: &LevelsReading) -> Html {
    let bars = levels.bars.iter().enumerate().map(|(place, height)| {
        let top = HEIGHT.saturating_sub(*height);
        format!("M{place} {HEIGHT}h1V{top}h-1z")
    });
    let [start, end] = levels.range;
    let place = |value: f64| {
        let part = (value - start) / (end - start).max(f64::MIN_POSITIVE);
        part.clamp(0.0, 1.0) * f64::from(BARS)
    };
    let (low, high) = (place(levels.window[0]), place(levels.window[1]));
    html! {
        <svg class="histogram" role="img" aria-label={(words.values_from_to)(&number_text(start), &number_text(end))}
            viewBox={format!("0 0 {BARS} {HEIGHT}")} preserveAspectRatio="none">
            <rect x={number_text(low)} width={number_text(high - low)} height={HEIGHT.to_string()} />
            <path d={bars.collect::<String>()} />
        </svg>
    }
}

/// What is behind a transparent picture.
fn background(words: &PictureWords, page: &PageHandle, choices: PictureChoices) -> Html {
    let chosen = choices.background.unwrap_or_default();
    let options = Background::ALL.map(|one| {
        let name = match one {
            Background::AsIs => words.hidden_colours,
            Background::White => words.background_white,
            Background::Black => words.background_black,
            Background::Grey => words.background_grey,
        };
        html! { <option value={one.id()} selected={one == chosen}>{ name }</option> }
    });
    let page = page.clone();
    let onchange = Callback::from(move |event: Event| {
        let list = event
            .target()
            .and_then(|list| list.dyn_into::<HtmlSelectElement>().ok());
        let chosen = list.and_then(|list| list.value().parse().ok());
        let background = chosen.filter(|one| *one != Background::AsIs);
        choose(
            &page,
            PictureChoices {
                background,
                ..choices
            },
        );
    });
    html! {
        <label class="field"><span>{ words.behind_picture }</span><select {onchange}>{ for options }</select></label>
    }
}

/// Whether colours other than sRGB's are converted.
fn profile(words: &PictureWords, page: &PageHandle, choices: PictureChoices) -> Html {
    let onclick = page.callback(move |page| {
        let converts_colors = !choices.converts_colors;
        let choices = PictureChoices {
            converts_colors,
            ..choices
        };
        choose(page, choices);
    });
    html! {
        <label class="field"><input type="checkbox" checked={choices.converts_colors} {onclick} />{ words.as_srgb }</label>
    }
}

/// Which bands are shown as red, green and blue.
fn bands(words: &PictureWords, page: &PageHandle, count: usize, choices: PictureChoices) -> Html {
    let chosen = choices
        .bands
        .unwrap_or([0, 1, 2].map(|band: usize| band.min(count - 1)));
    let fields = [words.red, words.green, words.blue].into_iter().enumerate().map(|(place, name)| {
        let page = page.clone();
        let onchange = Callback::from(move |event: Event| {
            if let Some(band) = input_value(&event).and_then(|text| text.parse::<usize>().ok()) {
                let mut bands = chosen;
                bands[place] = band.clamp(1, count) - 1;
                let bands = Some(bands);
                choose(&page, PictureChoices { bands, ..choices });
            }
        });
        html! {
            <label class="field"><span>{ name }</span>
                <input type="number" min="1" max={count.to_string()} value={(chosen[place] + 1).to_string()} {onchange} /></label>
        }
    });
    html! {
        <fieldset class="levels"><legend>{ (words.shown_bands)(count) }</legend>{ for fields }</fieldset>
    }
}
