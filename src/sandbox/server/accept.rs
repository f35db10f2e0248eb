//! The accept loop: takes connections and gives each its handle.

use super::connection::{ConnectionHandle, SimulatedConnection};
use super::phase::ServerPhase;
use crate::sandbox::clock::SimulatorClock;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::sleep;

/// How long to wait after a connection that could not be accepted.
const PAUSE: Duration = Duration::from_millis(50);

impl Connected<IncomingStream<'_, ConnectionListener>> for ConnectionHandle {
    fn connect_info(stream: IncomingStream<'_, ConnectionListener>) -> ConnectionHandle {
        stream.io().handle.clone()
    }
}

/// Accepts the connections of one simulator.
pub(crate) struct ConnectionListener {
    pub(crate) listener: TcpListener,
    pub(crate) phase: watch::Receiver<ServerPhase>,
    pub(crate) clock: SimulatorClock,
}

impl Listener for ConnectionListener {
    type Io = SimulatedConnection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (SimulatedConnection, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    // Without it, small answers wait for the peer's delayed acknowledgements. A failure only costs
                    // time.
                    drop(stream.set_nodelay(true));
                    return (SimulatedConnection::new(stream, self.phase.clone(), self.clock.clone()), address);
                }
                // The peer closed the connection first, or file descriptors ran out: neither ends a server.
                Err(_) => sleep(PAUSE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
