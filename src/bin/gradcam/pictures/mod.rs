//! Many pictures: those on the command line one by one, or a list of any length.
//!
//! - `job`: what is done with each
//! - `stream`: paths on standard input, a line of JSON for each on standard output
//! - `done`: what an earlier run has already done

mod done;
mod job;
mod stream;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

pub use self::job::{Answer, Listed, PictureJob};

use crate::asking::Engine;
use crate::outcome::Outcome;
use crate::{files, terminal};

#[derive(clap::Args)]
pub struct StreamArguments {
    /// Read the pictures' paths from standard input, one a line (or a JSON string, for names
    /// with line breaks), and print one JSON object a line for each, in order.
    #[arg(long, requires = "json")]
    stdin: bool,
    /// Pictures that are worked on at a time, with --stdin.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "stdin")]
    jobs: usize,
    /// What an earlier run printed, with --stdin: pictures that it did are left out.
    #[arg(long, value_name = "FILE", requires = "stdin")]
    skip_done: Option<PathBuf>,
}

/// What was asked with all pictures.
pub struct Batch<'a> {
    pub images: &'a [PathBuf],
    pub json: bool,
    pub stream: &'a StreamArguments,
}

impl Batch<'_> {
    /// # Errors
    /// If there is no picture, or a list as well as pictures.
    pub fn check(&self) -> anyhow::Result<()> {
        match (self.stream.stdin, self.images.is_empty()) {
            (false, true) => bail!("name a picture, or give a list with --stdin"),
            (true, false) => bail!("--stdin reads the pictures' paths: name none besides"),
            _ if self.stream.jobs == 0 => bail!("--jobs wants at least 1"),
            _ => Ok(()),
        }
    }

    /// Whether a list is read.
    pub fn is_stream(&self) -> bool {
        self.stream.stdin
    }

    /// Does the job with all pictures; after each of the command line's, `told` gets its reports.
    ///
    /// # Errors
    /// If a picture of the command line could not be done, or the list cannot be read.
    pub fn run(
        &self,
        engine: Engine,
        job: &dyn PictureJob,
        told: &mut dyn FnMut(&[Value]),
    ) -> anyhow::Result<Outcome> {
        if self.stream.stdin {
            let done = done::read(self.stream.skip_done.as_deref())?;
            return stream::run(engine, job, self.stream.jobs, done);
        }
        self.run_each(engine, job, told)
    }

    fn run_each(
        &self,
        mut engine: Engine,
        job: &dyn PictureJob,
        told: &mut dyn FnMut(&[Value]),
    ) -> anyhow::Result<Outcome> {
        let bar = progress_bar(self.images.len());
        let mut failures = 0;
        for path in self.images {
            bar.set_message(files::shown(path));
            let listed = Listed {
                path,
                number: None,
                bar: &bar,
            };
            match job.answer(&mut engine, &listed) {
                Ok(answer) => {
                    self.print(job, path, &answer, &bar);
                    told(&answer.reports);
                }
                Err(error) => {
                    failures += 1;
                    let line = format!("{}: {error:#}", files::shown(path));
                    bar.suspend(|| terminal::print_error(line));
                }
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        match failures {
            0 => Ok(Outcome::Done),
            _ => bail!(
                "{failures} of {} pictures could not be explained",
                self.images.len()
            ),
        }
    }

    fn print(&self, job: &dyn PictureJob, path: &Path, answer: &Answer, bar: &ProgressBar) {
        for complaint in &answer.complaints {
            let line = format!("{}: {complaint}", files::shown(path));
            bar.suspend(|| terminal::print_error(line));
        }
        for report in &answer.reports {
            if self.json {
                bar.suspend(|| terminal::print_json(report));
            } else {
                bar.suspend(|| terminal::print(job.plain(path, report)));
            }
        }
    }
}

/// Shown on a terminal when there are several pictures.
fn progress_bar(count: usize) -> ProgressBar {
    if count < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {eta} left · {msg}");
    ProgressBar::new(count as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
