//! Runs the program and measures it.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::answer::Answer;

/// A run is ended after this long.
const HANGING: Duration = Duration::from_secs(30);

/// Runs the program with these arguments in a folder, on one thread.
pub fn run(arguments: &[OsString], folder: &Path) -> Answer {
    // Files, since a pipe that nobody reads would stop the program.
    let outside = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let [stdout, stderr] = ["out", "err"].map(|name| outside.join(format!("fuzz-verbs.{name}")));
    let mut child = Command::new(env!("CARGO_BIN_EXE_gradcam"))
        .args(arguments)
        .current_dir(folder)
        .env("RAYON_NUM_THREADS", "1")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .stdout(File::create(&stdout).unwrap())
        .stderr(File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    let (status, usage, hung) = wait(&mut child);
    let time = |value: libc::timeval| {
        Duration::from_secs(value.tv_sec as u64) + Duration::from_micros(value.tv_usec as u64)
    };
    // Linux counts in KiB.
    let unit = if cfg!(target_os = "linux") { 1024 } else { 1 };
    Answer {
        code: status.code(),
        stdout: std::fs::read(stdout).unwrap(),
        stderr: std::fs::read(stderr).unwrap(),
        took: time(usage.ru_utime) + time(usage.ru_stime),
        peak_bytes: usage.ru_maxrss as usize * unit,
        hung,
    }
}

/// Waits for a child's end; ends one that hangs.
fn wait(child: &mut Child) -> (ExitStatus, libc::rusage, bool) {
    let (start, mut hung) = (Instant::now(), false);
    let process = libc::pid_t::try_from(child.id()).unwrap();
    loop {
        let mut status = 0;
        // SAFETY: all zeros is a value of this struct of numbers.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers are valid for the call; nobody else waits for this child.
        let ended = unsafe { libc::wait4(process, &mut status, libc::WNOHANG, &mut usage) };
        assert!(ended >= 0, "the child is lost");
        if ended == process {
            return (ExitStatus::from_raw(status), usage, hung);
        }
        if !hung && start.elapsed() > HANGING {
            hung = true;
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
