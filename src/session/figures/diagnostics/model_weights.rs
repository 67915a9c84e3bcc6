//! Akaike weights of the rival models, one panel a channel.

use super::pages::pages;
use super::{About, ChannelWeights};
use crate::report::{Axis, BarSeries, Figure, Legend, Mark, Panel, Style};

/// Channels below each other at most.
const MOST_STACKED: usize = 3;

/// Bars of the weights, twelve channels a figure; the title of a panel names the model with the largest.
#[must_use]
pub fn model_weights(about: &About, channels: &[ChannelWeights]) -> Vec<Figure> {
    let mut figures = pages("model_weights", "Akaike weights of the models", about, channels.iter().map(panel_of).collect());
    // names of models are long: few channels stand below each other, so that the names lie level
    figures.iter_mut().for_each(|figure| figure.columns = if figure.panels.len() <= MOST_STACKED { 1 } else { 2 });
    figures
}

fn panel_of(channel: &ChannelWeights) -> Panel {
    let best = channel.models.iter().filter(|model| model.weight.is_finite()).max_by(|a, b| a.weight.total_cmp(&b.weight));
    let title = match best {
        Some(best) => format!("{}: {} {:.2}", channel.channel, best.model, best.weight),
        None => channel.channel.clone(),
    };
    let values = channel.models.iter().map(|model| model.weight).collect();
    let series = vec![BarSeries { name: "Akaike weight".into(), values, style: Style::solid(0), ..BarSeries::default() }];
    Panel {
        title: Some(title),
        x: Axis::of_categories("", channel.models.iter().map(|model| model.model.clone()).collect()),
        y: Axis::linear("Akaike weight", "").between(0.0, 1.0),
        marks: vec![Mark::Bars { series, stacked: false }],
        legend: Legend::Hidden,
    }
}
