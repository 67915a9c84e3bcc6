//! Numbers as a careful reader takes them: decimal notation and nothing else; whatever looks like a number but is not says why.

/// Reads a finite number: an optional sign, digits with at most one point that has a digit on its right, an optional exponent.
///
/// # Errors
/// A help sentence: what was understood, or how to write it. Also for numbers too large for double precision and for those so small
/// that they would silently become 0.
pub fn read_number(text: &str) -> Result<f64, String> {
    let trimmed = text.trim();
    if let Some(reason) = look_alike(trimmed) {
        return Err(reason);
    }
    if !is_decimal(trimmed) {
        return Err(unreadable(trimmed));
    }
    let number: f64 = trimmed.parse().map_err(|_| unreadable(trimmed))?;
    let mantissa = trimmed.split(['e', 'E']).next().unwrap_or(trimmed);
    if !number.is_finite() {
        Err("it is too large: the largest number is about 1.8e308".to_owned())
    } else if number == 0.0 && mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        Err("it is too small to be told from 0".to_owned())
    } else {
        Ok(number)
    }
}

/// Reads a whole number written with digits alone.
///
/// # Errors
/// A help sentence, as for [`read_number`].
pub fn read_integer(text: &str) -> Result<i64, String> {
    let trimmed = text.trim();
    let number = read_number(trimmed)?;
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return trimmed.parse().map_err(|_| format!("it is too large: whole numbers reach to {}", i64::MAX));
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Err(format!("write it as a whole number: {number:.0}"))
    } else {
        Err("it must be a whole number".to_owned())
    }
}

fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && fraction.map_or(!whole.is_empty(), |fraction| !fraction.is_empty() && digits(fraction))
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

/// Notations that some other program would take for a number.
fn look_alike(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    let sign = if lower.starts_with('-') { "-" } else { "" };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if unsigned.is_empty() {
        return Some("no number is written".to_owned());
    }
    if matches!(unsigned, ".nan" | "nan" | ".inf" | "inf" | "infinity") {
        return Some("numbers must be finite".to_owned());
    }
    for (prefix, base, word) in [("0x", 16, "hexadecimal"), ("0o", 8, "octal"), ("0b", 2, "binary")] {
        if let Some(number) = unsigned.strip_prefix(prefix).and_then(|part| u64::from_str_radix(part, base).ok()) {
            return Some(format!("{word} notation is not read: write {sign}{number}"));
        }
    }
    if unsigned.len() > 1 && unsigned.starts_with('0') && digits(unsigned) {
        let plain = unsigned.trim_start_matches('0');
        let plain = if plain.is_empty() { "0" } else { plain };
        return Some(format!("a leading zero means octal to some readers: write {sign}{plain}"));
    }
    if unsigned.contains('_') && is_decimal(&unsigned.replace('_', "")) {
        return Some(format!("underscores are not read in numbers: write {}", lower.replace('_', "")));
    }
    if unsigned.contains(',') && is_decimal(&unsigned.replace(',', "")) {
        let parts: Vec<&str> = unsigned.split(',').collect();
        return Some(match parts.as_slice() {
            [whole, fraction] if fraction.len() == 3 && !fraction.contains(['.', 'e']) => {
                format!("commas are not read in numbers: write {sign}{whole}{fraction} or {sign}{whole}.{fraction}")
            }
            [whole, fraction] if !fraction.contains('.') => {
                format!("the decimal sign is the point: write {sign}{whole}.{fraction}")
            }
            _ => format!("commas are not read in numbers: write {}", lower.replace(',', "")),
        });
    }
    if unsigned.contains(':') && unsigned.split(':').all(digits) {
        return Some("it is read as text; times and base-60 numbers are not numbers here".to_owned());
    }
    if let Some(rest) = lower.strip_prefix(['−', '–', '‐'])
        && is_decimal(rest)
    {
        return Some(format!("this sign is not the minus of the keyboard: write -{rest}"));
    }
    truncated(unsigned, sign)
}

/// `1e`, `1e-`, `3.`: the end of the number is missing.
fn truncated(unsigned: &str, sign: &str) -> Option<String> {
    let stem = unsigned.trim_end_matches(['+', '-']);
    if let Some(mantissa) = stem.strip_suffix('e').filter(|mantissa| is_decimal(mantissa)) {
        return Some(format!("the exponent is missing: write {sign}{mantissa} or {sign}{mantissa}e0"));
    }
    if let Some(whole) = unsigned.strip_suffix('.').filter(|whole| is_decimal(whole)) {
        return Some(format!("a digit is missing behind the point: write {sign}{whole} or {sign}{whole}.0"));
    }
    if let Some((mantissa, exponent)) = unsigned.split_once('e')
        && let Some(whole) = mantissa.strip_suffix('.')
        && is_decimal(&format!("{whole}e{exponent}"))
    {
        return Some(format!("a digit is missing behind the point: write {sign}{whole}.0e{exponent}"));
    }
    None
}

fn unreadable(text: &str) -> String {
    let number_length = (1..=text.len())
        .rev()
        .filter(|&length| text.is_char_boundary(length))
        .take(200)
        .find(|&length| is_decimal(text[..length].trim_end()));
    match number_length {
        Some(length) => format!("it must be a number alone, without `{}`", text[length..].trim().chars().take(20).collect::<String>()),
        None => "write a number such as 0.4 or 1e-3".to_owned(),
    }
}
