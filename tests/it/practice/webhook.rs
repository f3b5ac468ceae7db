//! The webhook as an anchor, against a server on the loopback address that answers as such servers do.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use jiff::SignedDuration;
use pollster::block_on;
use serde_json::Value;
use vcto::ErrorKind;
use vcto::ledger::{Checkpoint, ConsistencyProof, DeliveryOutcome, VerifierKey, WebhookAnchor};
use vcto::practice::AnchorRound;

use super::anchor::{Yard, round, work};
use super::people;

/// From the documentation of Standard Webhooks.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What was posted.
struct Posted {
    head: String,
    body: Vec<u8>,
}

impl Posted {
    fn header(&self, name: &str) -> String {
        let line = self.head.lines().find(|line| {
            line.split_once(':')
                .is_some_and(|(key, _)| key.eq_ignore_ascii_case(name))
        });
        let line = line.unwrap_or_else(|| panic!("no {name} in {}", self.head));
        line.split_once(':').unwrap().1.trim().to_owned()
    }

    /// Checks the signature with Python's own HMAC.
    fn is_signed(&self) -> bool {
        let script = "import base64, hashlib, hmac, sys\n\
            key = base64.b64decode(sys.argv[1].removeprefix('whsec_'))\n\
            signed = f'{sys.argv[2]}.{sys.argv[3]}.'.encode() + sys.stdin.buffer.read()\n\
            made = 'v1,' + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()\n\
            sys.exit(not hmac.compare_digest(made, sys.argv[4]))";
        let mut python = Command::new("python3")
            .args(["-c", script, SECRET])
            .args(["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| self.header(name)))
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        python.stdin.take().unwrap().write_all(&self.body).unwrap();
        python.wait().unwrap().success()
    }

    fn data(&self) -> Value {
        let message: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(message["type"], "vcto.anchor.checkpoint");
        let time: jiff::Timestamp = message["timestamp"].as_str().unwrap().parse().unwrap();
        let tried: i64 = self.header("webhook-timestamp").parse().unwrap();
        assert!(time.as_second() <= tried, "it happened before it was told");
        message["data"].clone()
    }
}

/// Answers one call after the other with these bytes; without an answer it holds the line.
fn serve(answers: Vec<Option<&'static str>>) -> (String, Receiver<Posted>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?token=tok-77", listener.local_addr().unwrap());
    let (sender, posted) = channel();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            sender.send(read(&mut stream)).unwrap();
            match answer {
                Some(answer) => stream.write_all(answer.as_bytes()).unwrap(),
                None => held.push(stream),
            }
        }
        // Until the test is over nobody hangs up.
        std::thread::sleep(Duration::from_secs(30));
    });
    (url, posted)
}

fn read(stream: &mut TcpStream) -> Posted {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let mut posted = Posted {
        head,
        body: Vec::new(),
    };
    let length: usize = posted.header("content-length").parse().unwrap();
    posted.body.resize(length, 0);
    reader.read_exact(&mut posted.body).unwrap();
    posted
}

fn told(round: &AnchorRound) -> (DeliveryOutcome, u64, String) {
    let told = &round.regions[0].anchors[0];
    (
        told.outcome,
        told.confirmed,
        told.text.clone().unwrap_or_default(),
    )
}

#[test]
fn a_checkpoint_is_posted_with_a_signature_that_another_implementation_accepts() {
    block_on(async {
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nseen";
        let none = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
        let (url, posted) = serve(vec![Some(ok), Some(none)]);
        let yard = Yard::new();
        let practice = yard.open().await;
        let anchor = WebhookAnchor::new("hook", &url, SECRET).unwrap();
        assert!(!format!("{anchor:?}").contains("tok-77"));
        practice.register_anchor(anchor).unwrap();
        let tenant = practice.create_tenant("halden", people()).await.unwrap();

        let first = round(&practice).await;
        assert!(first.has_no_failure(), "{first:?}");
        let one = posted.recv().unwrap();
        assert!(one.is_signed());
        let mut forged = Posted {
            head: one.head.clone(),
            body: one.body.clone(),
        };
        forged.body[20] ^= 1;
        assert!(!forged.is_signed(), "the check can fail");
        assert!(one.head.starts_with("POST /hook?token=tok-77 HTTP/1.1\r\n"));
        assert_eq!(one.header("content-type"), "application/json");
        assert_eq!(one.header("webhook-timestamp"), first.at.as_second().to_string());
        let data = one.data();
        let key: VerifierKey = data["vkey"].as_str().unwrap().parse().unwrap();
        let before = Checkpoint::verify(data["checkpoint"].as_str().unwrap().as_bytes(), &key).unwrap();
        assert_eq!(data["from"], 0);
        assert_eq!(first.regions[0].key, Some(key.to_string()));
        assert!(!String::from_utf8_lossy(&one.body).contains("halden"));

        work(&tenant, 1).await;
        assert!(round(&practice).await.has_no_failure());
        let two = posted.recv().unwrap();
        assert!(two.is_signed());
        assert_ne!(two.header("webhook-id"), one.header("webhook-id"));
        let data = two.data();
        let now = Checkpoint::verify(data["checkpoint"].as_str().unwrap().as_bytes(), &key).unwrap();
        let decode = |hash: &Value| {
            let decoded = Command::new("python3")
                .args([
                    "-c",
                    "import base64,sys;sys.stdout.buffer.write(base64.b64decode(sys.argv[1]))",
                ])
                .arg(hash.as_str().unwrap())
                .output()
                .unwrap();
            decoded.stdout.try_into().unwrap()
        };
        let proof = ConsistencyProof {
            old_size: data["from"].as_u64().unwrap(),
            new_size: data["size"].as_u64().unwrap(),
            hashes: data["consistency"]
                .as_array()
                .unwrap()
                .iter()
                .map(decode)
                .collect(),
        };
        assert_eq!((proof.old_size, proof.new_size), (before.size(), now.size()));
        assert!(proof.verify(before.root(), now.root()).is_ok());
    });
}

/// Case 39.
#[test]
fn whatever_a_webhook_answers_the_checkpoint_is_owed_until_it_is_confirmed_whole() {
    block_on(async {
        let answers = [
            (
                "HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n42",
                "status 409",
            ),
            (
                "HTTP/1.1 429 Too Many Requests\r\nretry-after: 7200\r\ncontent-length: 0\r\n\r\n",
                "status 429",
            ),
            (
                "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 5\r\n\r\ntok77",
                "status 500",
            ),
            (
                "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
                "status 302",
            ),
            (
                "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
                "status 400",
            ),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\ncut",
                "cut off",
            ),
            ("not http at all\r\n\r\n", "does not answer in HTTP"),
        ];
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let mut script: Vec<_> = answers.iter().map(|(answer, _)| Some(*answer)).collect();
        script.insert(0, Some(ok));
        script.extend([None, Some(ok)]);
        let (url, posted) = serve(script);
        let yard = Yard::new();
        let practice = yard.open().await;
        let anchor = WebhookAnchor::new("hook", &url, SECRET).unwrap();
        let anchor = anchor.patience(Duration::from_millis(700)).unwrap();
        practice.register_anchor(anchor).unwrap();
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        let confirmed = told(&round(&practice).await).1;
        posted.recv().unwrap();
        work(&tenant, 1).await;

        let mut ids = Vec::new();
        for (at, (_, says)) in answers.iter().enumerate() {
            let failed = round(&practice).await;
            let (outcome, kept, text) = told(&failed);
            assert_eq!((outcome, kept), (DeliveryOutcome::Failed, confirmed), "{says}");
            assert!(text.contains(says), "{text}");
            assert!(
                !text.contains("tok"),
                "neither URL nor answer is repeated: {text}"
            );
            let next = failed.regions[0].anchors[0]
                .next
                .unwrap()
                .duration_since(failed.at);
            if at == 1 {
                assert_eq!(next, SignedDuration::from_hours(2), "as it was asked");
            }
            let call = posted.recv().unwrap();
            assert!(call.is_signed());
            assert_eq!(call.data()["from"], confirmed);
            ids.push((call.header("webhook-id"), call.data()["size"].clone()));
            yard.clock.advance(SignedDuration::from_hours(3));
        }
        // One that holds the line is given up, and the tenant's log does not notice.
        let hung = round(&practice).await;
        assert!(told(&hung).2.contains("in time"), "{:?}", told(&hung));
        posted.recv().unwrap();
        yard.clock.advance(SignedDuration::from_hours(3));
        let (outcome, kept, _) = told(&round(&practice).await);
        assert_eq!(outcome, DeliveryOutcome::Kept);
        assert!(kept > confirmed);
        // What was the same checkpoint had the same id.
        for (one, two) in ids.iter().zip(&ids[1..]) {
            assert_eq!(one.0 == two.0, one.1 == two.1);
        }
    });
}

#[test]
fn a_webhook_that_is_not_there_is_a_failure_and_an_unfit_one_is_refused() {
    block_on(async {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let yard = Yard::new();
        let practice = yard.open().await;
        let anchor = WebhookAnchor::new("hook", format!("http://{free}/"), SECRET).unwrap();
        practice.register_anchor(anchor).unwrap();
        practice.create_tenant("halden", people()).await.unwrap();
        assert_eq!(told(&round(&practice).await).0, DeliveryOutcome::Failed);
        for (url, secret) in [
            ("http://example.org/", SECRET),
            ("https://example.org/", "whsec_short"),
            ("", SECRET),
        ] {
            let error = WebhookAnchor::new("hook", url, secret).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(!error.to_string().contains("whsec_short"));
        }
    });
}

/// The certificate must be one that the system trusts, for this name.
#[test]
fn a_webhook_behind_a_certificate_of_its_own_making_is_not_called() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ed25519",
                "-nodes",
                "-subj",
                "/CN=localhost",
                "-days",
                "2",
            ])
            .args(["-addext", "subjectAltName=DNS:localhost", "-out"])
            .arg(&cert)
            .arg("-keyout")
            .arg(&key)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut server = Command::new("openssl")
            .args([
                "s_server",
                "-quiet",
                "-www",
                "-accept",
                &format!("127.0.0.1:{port}"),
                "-cert",
            ])
            .arg(&cert)
            .arg("-key")
            .arg(&key)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let listens = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(listens);
        let yard = Yard::new();
        let practice = yard.open().await;
        let url = format!("https://localhost:{port}/");
        match WebhookAnchor::new("hook", url, SECRET) {
            Ok(anchor) => {
                practice.register_anchor(anchor).unwrap();
                practice.create_tenant("halden", people()).await.unwrap();
                let (outcome, _, text) = told(&round(&practice).await);
                assert_eq!(outcome, DeliveryOutcome::Failed);
                assert!(text.contains("certificate"), "{text}");
            }
            // A machine that trusts nobody.
            Err(error) => assert_eq!(error.kind(), ErrorKind::Unavailable),
        }
        server.kill().unwrap();
        server.wait().unwrap();
    });
}
