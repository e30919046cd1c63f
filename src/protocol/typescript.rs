//! The messages as types of TypeScript, for the library: `www/library/protocol.d.ts`.
//!
//! `GRADCAM_WRITE_TYPES=1 cargo test --release --features cli,app --lib protocol::typescript`
//! writes the file; the test compares it.

use std::path::Path;

use ts_rs::{Config, TS};

use super::*;

const HEAD: &str = "// The engine's messages. Written by src/protocol/typescript.rs from the types there; do not edit.\n";

fn declaration<T: TS + 'static>(config: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    format!("\n{docs}export {}\n", T::decl(config))
}

/// Every type, in the order of use.
fn declarations() -> String {
    // What is counted here fits into a number of JavaScript's.
    let config = Config::new().with_large_int("number");
    macro_rules! declare {
        ($($type:ty),* $(,)?) => { [$(declaration::<$type>(&config)),*] };
    }
    let all = declare![
        RequestMessage,
        EventMessage,
        Request,
        ModelSource,
        WeightsFile,
        Remembered,
        PredictionOverrides,
        OutputActivation,
        Event,
        Phase,
        FailureKind,
        Catalogue,
        MethodEntry,
        TargetEntry,
        ColorMapEntry,
        ModelSummary,
        InputSummary,
        OutputSummary,
        LayerSummary,
        FurtherInputSummary,
        ScalingTrial,
        PictureOverrides,
        PictureReading,
        LevelsReading,
        MapSummary,
        ChannelSummary,
        CompletenessSummary,
        MapState,
        MapUnit,
        DrawnRegion,
        PictureChange,
        MeasurementSummary,
        ChanceSummary,
        CurveSummary,
        LoadTimings,
        PredictTimings,
        ExplainTimings,
        ManifestEntry,
        ExplanationRecord,
        ImageRecord,
        ModelRecord,
        PreprocessingRecord,
        ClassRecord,
        MapRecord,
        EngineRecord,
    ];
    HEAD.to_owned() + &all.concat()
}

#[test]
fn the_types_of_the_library_are_those_of_the_protocol() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/library/protocol.d.ts");
    let written = declarations();
    if std::env::var_os("GRADCAM_WRITE_TYPES").is_some() {
        std::fs::write(&file, &written).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == written,
        "{} is out of date: run this test with GRADCAM_WRITE_TYPES=1",
        file.display()
    );
}
