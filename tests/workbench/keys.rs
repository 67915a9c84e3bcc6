//! The tables of keys in the README and in `docs/workbench.md` are those of the registry of actions. `INSTA_UPDATE=always` writes them anew.

use std::path::Path;

use rptbench::tui::action::{Action, SHELL, Where, all};
use rptbench::tui::editor::keys::KEYS;
use rptbench::tui::screen::Screen;
use rptbench::tui::screens::actions;

fn keys(action: &Action) -> String {
    action.keys.iter().map(|key| code(&key.name())).collect::<Vec<_>>().join(" ")
}

/// A key as Markdown; a bar would end the cell of its table.
fn code(key: &str) -> String {
    format!("`{}`", key.replace('|', "\\|"))
}

fn table<'a>(rows: impl Iterator<Item = &'a Action>) -> String {
    let mut out = "| key | action | what it does |\n|---|---|---|\n".to_owned();
    for action in rows {
        out.push_str(&format!("| {} | {} | {} |\n", keys(action), action.name, action.help.replace('|', "\\|")));
    }
    out
}

/// The actions of a screen itself; those of its editor are listed apart.
fn of_screen(screen: Screen) -> impl Iterator<Item = &'static Action> {
    actions(screen).iter().filter(move |action| action.place == Where::On(screen))
}

/// Every key, for the page on the workbench.
fn whole() -> String {
    let mut out = String::new();
    for (number, screen) in (1..).zip(Screen::ALL) {
        out.push_str(&format!("\n### {number} {}\n\n{}", screen.title(), table(of_screen(screen))));
    }
    out.push_str(&format!("\n### Everywhere\n\n{}", table(SHELL.iter().filter(|action| action.place == Where::Screen))));
    out.push_str("\n### Editor\n\n| key | what it does |\n|---|---|\n");
    for (keys, words) in KEYS {
        let keys = keys.split(" / ").map(code).collect::<Vec<_>>().join(" / ");
        out.push_str(&format!("| {keys} | {words} |\n"));
    }
    for action in all().filter(|action| action.place == Where::Editor) {
        out.push_str(&format!("| {} | {} |\n", keys(action), action.help));
    }
    out.push('\n');
    out
}

/// The likeliest keys of each screen in a line, for the README.
fn short() -> String {
    let line = |actions: &mut dyn Iterator<Item = &Action>| {
        actions.map(|action| format!("{} {}", code(&action.keys[0].name()), action.name)).collect::<Vec<_>>().join(", ")
    };
    let mut out = "\n| screen | keys |\n|---|---|\n".to_owned();
    for (number, screen) in (1..).zip(Screen::ALL) {
        out.push_str(&format!("| `{number}` {} | {} |\n", screen.title(), line(&mut of_screen(screen))));
    }
    let everywhere = &mut SHELL.iter().filter(|action| action.place == Where::Screen && action.footer.is_some());
    out.push_str(&format!("| everywhere | {} |\n\n", line(everywhere)));
    out
}

fn page_holds(page: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(&path).expect("the page");
    let (before, rest) = text.split_once("<!-- keys -->\n").expect("the mark before the keys");
    let (found, after) = rest.split_once("<!-- end of keys -->").expect("the mark behind them");
    if found != wanted && std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        std::fs::write(&path, format!("{before}<!-- keys -->\n{wanted}<!-- end of keys -->{after}")).expect("written");
        return;
    }
    assert_eq!(found, wanted, "{page} holds other keys than the registry");
}

#[test]
fn the_readme_holds_the_keys_of_the_registry() {
    page_holds("README.md", &short());
}

#[test]
fn the_page_on_the_workbench_holds_every_key() {
    page_holds("docs/workbench.md", &whole());
}
