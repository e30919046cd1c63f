//! Queues requests, cancels them, and runs them one by one.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, AbortSignal, DedicatedWorkerGlobalScope, MessageEvent};

use super::event_sender::EventSender;
use super::handlers::handle;
use super::job::JobContext;
use super::messages::{ReceivedRequest, deserialize_request};
use crate::engine::checksum::ChecksumWorker;
use crate::engine::session::Session;
use crate::protocol::{Event, FailureKind, Job, Request};

/// Receives messages as long as the worker lives.
pub struct MessageLoop {
    scope: DedicatedWorkerGlobalScope,
    events: EventSender,
    checksums: ChecksumWorker,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<ReceivedRequest>,
    current: Option<CurrentJob>,
    session: Session,
}

/// The job in work, and what aborts its download, where the browser has that.
struct CurrentJob {
    number: Job,
    controller: Option<AbortController>,
}

impl MessageLoop {
    /// Handles every message to the worker from now on.
    pub fn listen(
        scope: DedicatedWorkerGlobalScope,
        events: EventSender,
        checksums: ChecksumWorker,
    ) -> Rc<MessageLoop> {
        let this = Rc::new(MessageLoop {
            scope: scope.clone(),
            events,
            checksums,
            state: RefCell::default(),
        });
        let receiver = Rc::clone(&this);
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            MessageLoop::receive(&receiver, &event)
        });
        scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        // The worker listens as long as it lives.
        listener.forget();
        this
    }

    /// Whether there is nothing to do.
    pub fn is_idle(&self) -> bool {
        let state = self.state.borrow();
        state.current.is_none() && state.waiting.is_empty()
    }

    fn receive(self: &Rc<Self>, event: &MessageEvent) {
        let received = match deserialize_request(&event.data()) {
            Ok(received) => received,
            Err(error) => {
                let message =
                    format!("the engine got a message it cannot read ({error}); reload the page");
                let kind = FailureKind::Engine;
                self.events.send(0, &Event::Failed { kind, message }, &[]);
                return;
            }
        };
        if let Request::Cancel { job } = received.message.request {
            self.cancel(job);
            return;
        }
        let is_idle = {
            let mut state = self.state.borrow_mut();
            state.waiting.push_back(received);
            state.current.is_none()
        };
        if is_idle {
            let this = Rc::clone(self);
            spawn_local(async move { this.run_waiting().await });
        }
    }

    fn cancel(&self, job: Job) {
        let mut state = self.state.borrow_mut();
        if let Some(current) = &state.current
            && current.number == job
        {
            current.controller.as_ref().map(AbortController::abort);
            return;
        }
        let before = state.waiting.len();
        state.waiting.retain(|received| received.message.job != job);
        if state.waiting.len() < before {
            drop(state);
            self.events.send(job, &Event::Cancelled, &[]);
        }
    }

    /// Runs the waiting requests in their order, until none is left.
    async fn run_waiting(&self) {
        while let Some((received, signal)) = self.next() {
            let job = received.message.job;
            let mut session = std::mem::take(&mut self.state.borrow_mut().session);
            let (scope, checksums, events) = (&self.scope, &self.checksums, &self.events);
            let mut context = JobContext::new(job, signal, scope, checksums, events);
            let handled = handle(&mut context, &mut session, received).await;
            self.state.borrow_mut().session = session;
            if let Err(failure) = handled {
                self.events.send(job, &failure, &[]);
            }
        }
    }

    /// Takes the next request and makes its job the current one; else there is no current
    /// job.
    fn next(&self) -> Option<(ReceivedRequest, Option<AbortSignal>)> {
        let mut state = self.state.borrow_mut();
        state.current = None;
        let received = state.waiting.pop_front()?;
        // Without one the job cannot be cancelled, but is done.
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map(AbortController::signal);
        let number = received.message.job;
        state.current = Some(CurrentJob { number, controller });
        Some((received, signal))
    }
}
