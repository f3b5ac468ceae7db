//! A work order for people.

use std::fmt::{self, Write as _};

use super::document::{Approval, State, WorkOrder};
use crate::estate::Scalar;
use crate::text::Markdown;

/// Parameters that have a place of their own in the text.
const PLACED: [&str; 4] = ["confirm", "due", "instructions", "priority"];

/// Everything that came from outside is escaped, a line at a time, and stands behind text of ours.
pub(super) fn render(order: &WorkOrder) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, order);
    text
}

fn write(out: &mut String, work_order: &WorkOrder) -> fmt::Result {
    let order = work_order.order();
    writeln!(out, "# Work order: {}\n", order.step.title.markdown())?;
    if work_order.state() == State::Withdrawn {
        writeln!(
            out,
            "> **WITHDRAWN. Do not carry it out.** What was ordered is kept below as it was.\n"
        )?;
    }
    head(out, work_order)?;

    writeln!(out, "\n## Why\n\n{}\n", order.change.title.markdown())?;
    lines(out, order.change.reason.raw())?;

    writeln!(out, "\n## What to do\n")?;
    match parameter(work_order, "instructions") {
        Some(text) => lines(out, &text)?,
        None => writeln!(out, "- {}", order.step.title.markdown())?,
    }
    let others: Vec<_> = order
        .step
        .parameters
        .iter()
        .filter(|(name, _)| !PLACED.contains(&name.as_str()))
        .collect();
    if !others.is_empty() {
        writeln!(out, "\n## With these values\n")?;
        for (name, value) in others {
            writeln!(out, "- {}: {}", Markdown(name), Markdown(&shown(value)))?;
        }
    }

    writeln!(out, "\n## How to see that it is done\n")?;
    if let Some(text) = parameter(work_order, "confirm") {
        lines(out, &text)?;
    }
    writeln!(
        out,
        "- It counts as done when a later inventory shows it; closing this order alone does not count."
    )?;

    way_back(out, work_order)?;
    approvals(out, "Approvals", &order.approvals)?;
    if let Some(withdrawal) = work_order.withdrawal() {
        writeln!(out, "\nWithdrawn under the proposal {}.", withdrawal.proposal)?;
        approvals(out, "Approvals of the withdrawal", &withdrawal.approvals)?;
    }
    Ok(())
}

fn head(out: &mut String, work_order: &WorkOrder) -> fmt::Result {
    let order = work_order.order();
    let mut row = |name: &str, value: &dyn fmt::Display| writeln!(out, "| {name} | {value} |");
    row("", &"")?;
    row("---", &"---")?;
    row("State", &work_order.state().as_str())?;
    row("Client", &Markdown(&order.tenant))?;
    match &order.asset {
        Some(asset) => row(
            "Asset",
            &format_args!(
                "{} ({}, {})",
                asset.label().markdown(),
                Markdown(asset.kind.as_str()),
                Markdown(asset.id.as_str())
            ),
        )?,
        None => row("Asset", &Markdown(order.step.target.as_str()))?,
    }
    for (name, label) in [("priority", "Priority"), ("due", "Due")] {
        if let Some(text) = parameter(work_order, name) {
            row(label, &Markdown(&text))?;
        }
    }
    if let Some(from) = order.change.not_before {
        row("Not before", &from)?;
    }
    if let Some(until) = order.change.not_after {
        row("Not after", &until)?;
    }
    if let Some(cost) = &order.change.cost {
        row(
            "Cost",
            &format_args!("{} {}", cost.amount, Markdown(&cost.currency)),
        )?;
    }
    for (name, fact) in order.asset.iter().flat_map(|asset| asset.facts.iter()) {
        let values: Vec<String> = fact.values().iter().map(|value| shown(&value.value)).collect();
        row(
            &format!("Known: {}", Markdown(name)),
            &Markdown(&values.join(" or ")),
        )?;
    }
    row(
        "Proposal",
        &format_args!("{}, step {} of {}", order.proposal, order.number, order.of),
    )?;
    row("Change", &order.change.digest)?;
    row("Order", &work_order.id())
}

fn way_back(out: &mut String, work_order: &WorkOrder) -> fmt::Result {
    writeln!(out, "\n## The way back\n")?;
    let Some(undo) = &work_order.order().step.undo else {
        return writeln!(out, "- None was approved.");
    };
    writeln!(
        out,
        "- {}: marks this order as withdrawn, as long as nobody has changed its files.",
        Markdown(&undo.action)
    )?;
    for (name, value) in &undo.parameters {
        writeln!(out, "- {}: {}", Markdown(name), Markdown(&shown(value)))?;
    }
    Ok(())
}

fn approvals(out: &mut String, title: &str, given: &[Approval]) -> fmt::Result {
    writeln!(out, "\n## {title}\n")?;
    if given.is_empty() {
        writeln!(out, "- None is needed at this level.")?;
    }
    for approval in given {
        writeln!(
            out,
            "- {}, {}, over the decision {}",
            Markdown(&approval.person),
            approval.at,
            approval.decision
        )?;
    }
    Ok(())
}

/// One list item a line, so that no line of the text can begin a block of Markdown.
fn lines(out: &mut String, text: &str) -> fmt::Result {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .try_for_each(|line| writeln!(out, "- {}", Markdown(line)))
}

fn parameter(work_order: &WorkOrder, name: &str) -> Option<String> {
    work_order.order().step.parameters.get(name).map(shown)
}

fn shown(value: &Scalar) -> String {
    match value {
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Number(value) => value.to_string(),
        Scalar::Text(value) => value.raw().clone(),
        Scalar::Unknown => "unknown".to_owned(),
    }
}
