//! One client of an audit: what it is asked for, and how open its answer is.
//!
//! Owns the step from an answer to a row. A client that was not read has no row, only its failure: it never counts as
//! safe.

use std::sync::Arc;

use crate::model::countries::Countries;
use crate::model::{ClientId, Declaration, Failure, FailureKind, Live, Place, Setting, SettingSet, State, Untrusted};
use crate::plan::audit::outlier::Outlier;
use crate::plan::audit::state_guards::StateGuards;
use crate::plan::compare::check_answer::check_answer;
use crate::plan::guard_condition::security_settings;
use crate::plan::guard_list::Labels;

/// A client to audit, and what the project says of it.
#[derive(Clone, Debug)]
pub struct AuditTarget {
    /// The id of the path.
    pub client: ClientId,
    /// The credential's name; `None` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The labels of its document: a guard with labels judges only clients that carry them.
    labels: Labels,
    /// The first line of its document.
    source: Option<Place>,
    /// The fields that its document manages; `None` outside of a project.
    managed: Option<SettingSet>,
}

impl AuditTarget {
    /// A client that no document declares.
    pub fn undeclared(client: ClientId, credentials: Option<Arc<str>>, in_project: bool) -> AuditTarget {
        let managed = in_project.then(SettingSet::default);
        AuditTarget { client, credentials, labels: Labels::new(), source: None, managed }
    }
}

impl From<Declaration> for AuditTarget {
    fn from(declaration: Declaration) -> AuditTarget {
        let managed = Some(declaration.managed_set());
        let Declaration { client, credentials, labels, place, .. } = declaration;
        AuditTarget { client, credentials, labels, source: Some(place), managed }
    }
}

/// A client after the audit.
#[derive(Clone, Debug)]
pub struct AuditedClient {
    /// The id of the path.
    pub client_id: ClientId,
    /// The id of the answer, once read.
    pub id: Option<u64>,
    /// The name of the answer, once read.
    pub name: Option<Untrusted>,
    /// The credential's name; `None` for the environment.
    pub credentials: Option<Arc<str>>,
    /// The first line of its document; `None` where no document declares it.
    pub source: Option<Place>,
    /// The security fields that its document does not manage; `None` outside of a project.
    pub unmanaged: Option<SettingSet>,
    /// How open it is, or why that is not known.
    pub exposure: Result<ClientExposure, Box<Failure>>,
}

/// How open a client is.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientExposure {
    /// `geo_list`.
    pub geo_list: State,
    /// `sip_network_permission_id`: the trusted network.
    pub network: State,
    /// `dial_rule_id`.
    pub dial_rule: State,
    /// The guards that refuse this state or warn about it, by name.
    pub guards: Vec<Untrusted>,
    /// In what the client differs from its fleet.
    pub outliers: Vec<Outlier>,
}

/// From which countries devices may use an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeoExposure {
    /// From every country.
    All,
    /// From so many countries.
    List(usize),
    /// From those of the provider's default, which the answer does not show.
    ProviderDefault,
    /// The value is not understood.
    Odd,
}

impl GeoExposure {
    /// Its word in documents.
    pub fn word(self) -> &'static str {
        match self {
            GeoExposure::All => "all",
            GeoExposure::List(_) => "list",
            GeoExposure::ProviderDefault => "default",
            GeoExposure::Odd => "odd",
        }
    }

    /// How many countries a list has; `None` for anything but a list.
    pub fn countries(self) -> Option<usize> {
        match self {
            GeoExposure::List(countries) => Some(countries),
            GeoExposure::All | GeoExposure::ProviderDefault | GeoExposure::Odd => None,
        }
    }
}

/// How grave the state of a client is: the order of a report, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GravityClass {
    /// Devices of every country may use the account.
    EveryCountry,
    /// A security field holds a value that is not understood.
    NotUnderstood,
    /// A guard refuses the state.
    AgainstGuard,
    /// The provider's default holds, which the answer does not show.
    ProviderDefault,
    /// A list of countries.
    List,
    /// The client was not read.
    Failed,
}

impl ClientExposure {
    /// The row of an answer.
    fn of(live: &Live, labels: &Labels, guards: &StateGuards) -> ClientExposure {
        // A missing key is a failure before this.
        let state = |setting| live.settings.state(setting).unwrap_or(State::NotSet);
        ClientExposure {
            geo_list: state(Setting::GeoList),
            network: state(Setting::SipNetworkPermissionId),
            dial_rule: state(Setting::DialRuleId),
            guards: guards.against(labels, &live.settings),
            outliers: Vec::new(),
        }
    }

    /// From which countries devices may use the account.
    pub fn geo(&self) -> GeoExposure {
        match (&self.geo_list, self.geo_list.countries()) {
            (_, Some(Countries::All)) => GeoExposure::All,
            (_, Some(Countries::Some(codes))) => GeoExposure::List(codes.len()),
            (State::NotSet, None) => GeoExposure::ProviderDefault,
            (State::Is(_) | State::Odd(_), None) => GeoExposure::Odd,
        }
    }

    fn class(&self) -> GravityClass {
        let is_odd = |state: &State| matches!(state, State::Odd(_));
        match self.geo() {
            GeoExposure::All => GravityClass::EveryCountry,
            GeoExposure::Odd => GravityClass::NotUnderstood,
            _ if is_odd(&self.network) || is_odd(&self.dial_rule) => GravityClass::NotUnderstood,
            _ if !self.guards.is_empty() => GravityClass::AgainstGuard,
            GeoExposure::ProviderDefault => GravityClass::ProviderDefault,
            GeoExposure::List(_) => GravityClass::List,
        }
    }
}

impl AuditedClient {
    /// The row of a client by its answer, or by the failure of its read.
    pub fn of(target: &AuditTarget, read: Result<Live, Failure>, guards: &StateGuards) -> AuditedClient {
        let unmanaged = |managed: SettingSet| security_settings().filter(|one| !managed.contains(*one)).collect();
        let mut client = AuditedClient {
            client_id: target.client,
            id: None,
            name: None,
            credentials: target.credentials.clone(),
            source: target.source.clone(),
            unmanaged: target.managed.map(unmanaged),
            exposure: Err(Box::new(Failure::new(FailureKind::Interrupted, "the client was not read"))),
        };
        client.exposure = read
            .and_then(|live| {
                client.id = live.id;
                client.name = live.name.clone();
                check_answer(target.client, security_settings().collect(), &[], &live).map_err(without_ignore)?;
                Ok(ClientExposure::of(&live, &target.labels, guards))
            })
            .map_err(Box::new);
        client
    }

    /// How grave its state is.
    pub fn class(&self) -> GravityClass {
        self.exposure.as_ref().map_or(GravityClass::Failed, ClientExposure::class)
    }

    /// Whether it differs from its fleet.
    pub(super) fn is_outlier(&self) -> bool {
        self.exposure.as_ref().is_ok_and(|exposure| !exposure.outliers.is_empty())
    }

    /// Whether devices of every country may use the account.
    pub fn is_open(&self) -> bool {
        self.class() == GravityClass::EveryCountry
    }
}

/// The failure with a next step that needs no document.
fn without_ignore(failure: Failure) -> Failure {
    match failure.kind {
        FailureKind::IncompleteAnswer => {
            failure.help("a missing key is not null: check that the endpoint is the PBX API, or ask the provider")
        }
        _ => failure,
    }
}
