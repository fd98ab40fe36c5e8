//! `GET stream`: server-sent events, until the client goes or falls behind.

use super::hub::{Next, Since, Subscription};
use crate::api::{problem::Result, state::Api};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName},
    response::{
        IntoResponse, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, stream};
use std::{convert::Infallible, time::Duration};

/// After so long without an event a comment is sent, so that both ends notice a dead connection.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What is new: `block`, `slot`, `readings` and `orders`; `lagged`: events are missing.
///
/// A client that comes back with the header `Last-Event-ID` first gets what it missed.
/// If that is not kept, it gets `lagged`, and the newest block.
/// `lagged` is also the last event of a client that fell behind.
#[utoipa::path(get, path = "/stream", tag = "stream",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that came before")), responses(
    (status = 200, content_type = "text/event-stream", body = String)))]
pub async fn open(State(api): State<Api>, headers: HeaderMap) -> Result<impl IntoResponse> {
    let subscription = api.hub().subscribe(since(&headers))?;
    Ok(Sse::new(events(subscription)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// A browser sends no such header before its first event.
fn since(headers: &HeaderMap) -> Since {
    let Some(id) = headers.get(LAST_EVENT_ID) else { return Since::Now };
    id.to_str().ok().and_then(|id| id.parse().ok()).map_or(Since::Unknown, Since::Event)
}

fn events(subscription: Subscription) -> impl Stream<Item = std::result::Result<Event, Infallible>> {
    stream::unfold(Some(subscription), |subscription| async {
        let mut subscription = subscription?;
        match subscription.next().await? {
            Next::Event(event) => {
                let sent = Event::default().id(event.id.to_string()).event(event.name).data(&event.data);
                Some((Ok(sent), Some(subscription)))
            }
            Next::Missed(id) => Some((Ok(lagged(None).id(id.to_string())), Some(subscription))),
            Next::Lagged(missed) => Some((Ok(lagged(missed)), None)),
        }
    })
}

/// Says that events are missing, and how many, if that is known.
fn lagged(missed: Option<u64>) -> Event {
    Event::default().event("lagged").data(serde_json::json!({ "missed": missed }).to_string())
}
