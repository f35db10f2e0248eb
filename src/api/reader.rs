//! Reading: the half of the API that plan, drift and import are given.
//!
//! Owns GET and its tries. It cannot write, whatever bug its callers have: there is no method for it.

use std::sync::Arc;
use std::time::Instant;

use reqwest::{Method, StatusCode, Url};

use crate::api::User;
use crate::api::account::{Account, Bearer};
use crate::api::counts::Purpose;
use crate::api::fault::{Fault, interrupted};
use crate::api::house::{House, RetryBudget};
use crate::api::http;
use crate::api::refusal::{Asked, bad_answer, used_up};
use crate::model::{ClientId, Failure, FieldMask, Live};

/// Reads clients. Cheap to clone; all clones share connections, tokens and limits.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) house: Arc<House>,
    pub(super) http: reqwest::Client,
}

impl Reader {
    /// The same reader with connections of its own, for another thread: a connection belongs to the runtime that opened it, and
    /// an answer that changes threads costs more than what is done with it. `None` where no further client can be built.
    pub fn for_another_thread(&self) -> Option<Reader> {
        let http = http::client(&self.house.options).ok()?;
        Some(Reader { house: self.house.clone(), http })
    }

    /// Reads one client. `keep` are the read-only fields to keep of the answer.
    ///
    /// It tries again by itself where that makes sense, so the failure is for good. Whether the answer is for the right
    /// client and whole enough is not judged here.
    pub async fn read(
        &self,
        client: ClientId,
        credentials: Option<&Arc<str>>,
        keep: FieldMask,
    ) -> Result<Live, Failure> {
        let account = self.house.account(credentials)?;
        let url = self.house.paths.client(client);
        let (status, body) = self.get(account, url, Asked::Read(client)).await?;
        Live::parse(&body, keep).map_err(|_| bad_answer(status, NO_OBJECT))
    }

    /// Says who a credential is. API: one request, which counts for the quota.
    pub async fn user(&self, credentials: Option<&Arc<str>>) -> Result<User, Failure> {
        let account = self.house.account(credentials)?;
        let (status, body) = self.get(account, self.house.paths.user.clone(), Asked::User).await?;
        User::read(&body).ok_or_else(|| bad_answer(status, NO_OBJECT))
    }

    async fn get(&self, account: &Account, url: Url, asked: Asked) -> Result<(StatusCode, Vec<u8>), Failure> {
        let house = &*self.house;
        let mut patience = RetryBudget::new(house);
        let mut renewed: Option<Bearer> = None;
        loop {
            self.mind_the_quota(account).await?;
            let bearer = match &renewed {
                Some(renewed) => renewed.clone(),
                None => account.bearer(house).await?,
            };
            let request = house.request(Method::GET, url.clone(), &bearer);
            let fault: Fault = match house.ask(&self.http, account, Purpose::Read, request).await {
                Err(lost) => lost.into(),
                Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {
                    account.reject(&bearer);
                    if renewed.is_some() {
                        let failure = house.refused(account, &answer, asked);
                        account.doubt_token(&bearer, &failure);
                        return Err(failure);
                    }
                    renewed = Some(account.renew(bearer.generation, house).await?);
                    house.counts.retry();
                    continue;
                }
                Ok(answer) => {
                    let status = answer.status;
                    account.let_in(&bearer, status);
                    match house.served(account, answer, asked) {
                        Ok(body) => return Ok((status, body)),
                        Err(fault) => fault,
                    }
                }
            };
            patience.after(fault).await?;
        }
    }

    /// Asks nothing while the credential's quota is known to be used up: waits where the reset is near, fails where not.
    async fn mind_the_quota(&self, account: &Account) -> Result<(), Failure> {
        while let Some(left) = account.ledger.shut(Instant::now()) {
            let Some(wait) = self.house.worth_waiting(left) else { return Err(used_up(Some(left))) };
            if !self.house.stop.wait(wait).await {
                return Err(interrupted());
            }
        }
        Ok(())
    }
}

/// Why a whole answer cannot be used: final, asking again would give the same.
pub(super) const NO_OBJECT: &str = "is no JSON object";
