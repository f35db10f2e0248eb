//! A fast stub of the API for measurements: it answers tokens and GETs of clients from memory and stores nothing.
//!
//! `cargo bench --bench stub_server -- [PORT] [LATENCY_MS]` prints its address and serves until it is killed. It checks
//! nothing, unlike the simulator, so that a measurement shows the cost of ringform and not of the server.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const BODY: &str = r#""domain":"sip.example.com","create_date":"2020-03-16 09:29:57","hold_music":null,"presence":"no","sip_network_permission_id":null,"prefix":"0001","record_stereo":false,"ambassadors":null,"domain_prefix":"00001","contact_phones":null,"name":"client of the bench","timezone":"Europe/Moscow","dial_rule_id":19,"type":"J","email":"admin@example.com","reg_status_log":false,"fact_address":null,"extra_params":null,"extension_len":3,"geo_list":"RU BY","did_as_transfer_caller_id":"default","jur_address":null,"language":null,"record_format":"mp3","short_local_caller_id":"yes","disk_space_notify_email":null,"disk_space_notify_threshold":null}"#;

fn main() -> std::io::Result<()> {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let port = numbers.first().copied().unwrap_or(0) as u16;
    let latency = Duration::from_millis(numbers.get(1).copied().unwrap_or(0));
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(port, latency))
}

#[expect(clippy::print_stdout, reason = "compare.py reads the address")]
async fn serve(port: u16, latency: Duration) -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            // An error ends only this connection.
            drop(answer_requests(stream, latency).await);
        });
    }
}

async fn answer_requests(mut stream: TcpStream, latency: Duration) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut received = Vec::with_capacity(4096);
    let mut answer = Vec::with_capacity(2048);
    loop {
        let end = loop {
            if let Some(at) = received.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
        };
        let head = String::from_utf8_lossy(&received[..end]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let whole = end + length.unwrap_or(0);
        while received.len() < whole {
            if stream.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
        }
        received.drain(..whole);
        let path = head.split(' ').nth(1).unwrap_or_default();
        let body = match path.starts_with("/oauth/") {
            true => r#"{"access_token":"t","expires_in":3600,"token_type":"Bearer","scope":"all"}"#.to_owned(),
            false => {
                let id = path.split('/').find(|part| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty());
                format!("{{\"id\":{},{BODY}", id.unwrap_or("1"))
            }
        };
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        answer.clear();
        answer.extend_from_slice(
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-RateLimit-Limit: 1000000\r\nX-RateLimit-Remaining: 900000\r\nX-RateLimit-Reset: 1800\r\nContent-Length: {}\r\n\r\n",
                body.len()
            )
            .as_bytes(),
        );
        answer.extend_from_slice(body.as_bytes());
        stream.write_all(&answer).await?;
    }
}
