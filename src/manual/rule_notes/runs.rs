//! Notes of the rules that need a run: a PATH, a selection, the environment, the API, a revision or the ledger.

use crate::manual::rule_notes::note::{RuleNote, run};

pub(super) const NOTES: &[RuleNote] = &[
    run(
        "ambiguous-project",
        "other/ has a ringform.yaml of its own",
        "validate . other",
        "Run once for each project, or name the project file with --project.",
    ),
    run(
        "another-commit",
        "the work tree has a commit that plan.json was not made from",
        "apply --plan plan.json --yes",
        "Check that the newer commits change nothing that the plan depends on, or make a new plan.",
    )
    .warns(),
    run(
        "apply-lock",
        "`.ringform` is a file, so the lock in it cannot be opened",
        "apply --yes",
        "Wait until the other apply ends. The message names the file if it cannot be locked.",
    ),
    run(
        "bad-floor",
        ".floor.yaml is inside of the project",
        "plan --floor .floor.yaml",
        "Name a file outside of the project that holds guards, limits or rules for waivers.",
    ),
    run(
        "bad-guard-test",
        "the project has no file *.test.yaml",
        "guard test",
        "Write a file such as guards.test.yaml; `ringform explain guard-test.expect` shows one.",
    ),
    run(
        "base",
        "git has no revision of this name",
        "plan --base nosuch",
        "Name a branch, a tag or a commit of this clone. In a job, fetch the whole history first.",
    ),
    run(
        "base-behind",
        "an earlier run applied a commit that comes after HEAD~1",
        "plan --base HEAD~1",
        "Name the revision that was applied last as the base, or turn the ledger on.",
    )
    .warns(),
    run(
        "base-broken",
        "a document of HEAD is not valid, and the work tree repairs it",
        "plan --base HEAD",
        "Merge the repair; until then, the origins of these clients are unknown.",
    )
    .warns(),
    run(
        "base-not-ancestor",
        "main has a commit that this branch does not have",
        "plan --base main",
        "Compare with the merge base, `--base main...`, or bring the branch up to date.",
    )
    .warns(),
    run(
        "collateral",
        "in an earlier run another field moved along with a PUT",
        "apply --yes",
        "Look at the run with `ringform log`, then name it with --after-collateral.",
    )
    .errs_or_warns(),
    run(
        "damaged-journal",
        "a journal in .ringform/journal ends with half a line",
        "apply --yes",
        "Compare the clients of that run with `ringform plan`, then remove the line.",
    )
    .warns(),
    run(
        "floor-waiver",
        "a waiver ends later than max_waiver of the floor allows",
        "drift",
        "Shorten the waiver, or ask the owner of the floor.",
    )
    .warns(),
    run(
        "future-time",
        "last.json says that its run began in 2099",
        "drift --since last.json",
        "Check the clock of the machine that wrote the report.",
    )
    .warns(),
    run(
        "guard",
        "ringform.yaml has `guards: [unmanaged-security]`, and a client does not manage dial_rule_id",
        "plan",
        "Look at the change; the message names the guard that warns.",
    )
    .warns(),
    run(
        "guard-overridden",
        "guard x would stop a client",
        "plan --override-guard x --reason fair",
        "Check that this run is meant to pass the guard; the report keeps the reason.",
    )
    .warns(),
    run(
        "ledger",
        "ringform.yaml has `ledger: git`, and this clone has no such branch or remote",
        "apply --yes",
        "Follow the help of the message; often it is `git fetch`. docs/ledger.md lists each case.",
    )
    .errs_or_warns(),
    run(
        "limit-exceeded",
        "ringform.yaml has `limits: {max_changes: 1}`, and two settings would change",
        "plan",
        "Apply fewer clients at a time, or raise the limit in a change of its own.",
    )
    .errs_or_warns(),
    run(
        "looser-flag",
        "ringform.yaml has `limits: {max_changes: 1}`",
        "apply --yes --max-changes 3 --field geo_list",
        "Remove the flag, or raise the limit that binds.",
    )
    .warns(),
    run(
        "missing-variable",
        "ringform.yaml has `endpoint: https://${HOST}`, and HOST is not set",
        "plan",
        "Set the variable in the environment of the command.",
    ),
    run(
        "moved-on",
        "the field changed again after the run of report.json",
        "undo report.json",
        "Decide which value is right, and declare it.",
    )
    .warns(),
    run(
        "no-documents",
        "no document is for client 99",
        "plan --client 99",
        "Check --client, --label, PATH and `documents`; `ringform resolve` lists the clients.",
    ),
    run(
        "no-project",
        "no folder from here to the root has a ringform.yaml",
        "validate",
        "Go to the project, name its folder, or write a new one with `ringform init`.",
    ),
    run(
        "not-undone",
        "the document no longer manages the field that the run changed",
        "undo report.json",
        "Declare the field again and run undo once more, or change it by hand.",
    )
    .warns(),
    run(
        "nothing-to-override",
        "guard x stops no client",
        "plan --override-guard x --reason fair",
        "Remove --override-guard.",
    )
    .warns(),
    run(
        "nothing-to-overwrite",
        "client 99 has no conflict",
        "apply --base HEAD --yes --overwrite-drift 99",
        "Check the client and the field, or remove --overwrite-drift.",
    )
    .warns(),
    run(
        "offline",
        "the change set declares `hold_music: null`, and HEAD does not manage the field",
        "plan --base HEAD --offline",
        "Run a plan with access to the API: it shows the value that null clears.",
    )
    .warns(),
    run(
        "override-guard",
        "the project has no guard y",
        "plan --override-guard y --reason fair",
        "Name a guard of ringform.yaml. A guard of the base cannot be overridden.",
    ),
    run(
        "rules-changed",
        "the change set changes guards, limits or waivers of ringform.yaml",
        "plan --base HEAD",
        "Review the change of the rules first; merge it before the changes that need it.",
    )
    .warns(),
    run(
        "sparse-checkout",
        "git has left out a folder with documents",
        "plan --base HEAD",
        "Check the documents out with `git sparse-checkout add FOLDER`, or plan only what is there.",
    )
    .warns(),
    run(
        "undo",
        "neither the ledger nor a journal has this run",
        "undo 20261124T100000Z-00aa11",
        "Name a run that `ringform log` lists, or a report of apply. Run `git fetch` if another machine applied.",
    ),
    run(
        "undone",
        "an undo put a field back, and the files still declare the newer value",
        "plan --base HEAD",
        "Revert the commit that declared the newer value.",
    )
    .warns(),
    run(
        "unmanaged-by-change",
        "the change set removes the document of client 13",
        "plan --base HEAD",
        "Check that the change is meant to give the client or the field up; live keeps its value.",
    )
    .errs_or_warns(),
    run(
        "unreadable",
        "clients/13.yaml does not exist",
        "validate clients/13.yaml",
        "Check the path, its links and its permissions.",
    ),
    run(
        "unresolved-put",
        "a journal ends after a PUT was sent, without its result",
        "apply --yes",
        "Compare what live holds, as the message shows it, with the files.",
    )
    .warns(),
    run(
        "untrusted-project",
        "the change set changes the endpoint or a credential",
        "plan --base HEAD",
        "Review that change and merge it first, or confirm it with --trust-project.",
    ),
];
