//! `GET stream`: server-sent events, until the client goes or falls behind.

use super::{Next, Subscription};
use crate::api::{
    problem::{Problem, Result},
    state::Api,
};
use axum::{
    extract::State,
    response::{
        IntoResponse, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, stream};
use std::{convert::Infallible, time::Duration};

/// After so long without an event a comment is sent, so that both ends notice a dead connection.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What is new: `block`, `slot`, `readings` and `orders`; `lagged` is the last event of a client that fell behind.
#[utoipa::path(get, path = "/stream", tag = "stream", responses(
    (status = 200, content_type = "text/event-stream", body = String),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
pub async fn open(State(api): State<Api>) -> Result<impl IntoResponse> {
    let subscription = api.hub().subscribe()?;
    Ok(Sse::new(events(subscription)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn events(subscription: Subscription) -> impl Stream<Item = std::result::Result<Event, Infallible>> {
    stream::unfold(Some(subscription), |subscription| async {
        let mut subscription = subscription?;
        match subscription.next().await? {
            Next::Event(event) => {
                let sent = Event::default().id(event.id.to_string()).event(event.name).data(&event.data);
                Some((Ok(sent), Some(subscription)))
            }
            Next::Lagged(missed) => {
                let data = serde_json::json!({ "missed": missed }).to_string();
                Some((Ok(Event::default().event("lagged").data(data)), None))
            }
        }
    })
}
