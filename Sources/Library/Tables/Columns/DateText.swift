import Foundation

/// Moments in ISO 8601: `2009-06-15`, `2009-06-15T13:45:30`, with up to nine decimals and `Z` or an offset.
///
/// Without an offset the time is taken as UTC, so that the same file gives the same moments everywhere. Years outside
/// 0000…9999 have a sign and up to six digits.
enum DateText {
    /// The moment that a text names, or nil if it is none.
    static func date(_ text: UnsafeBufferPointer<UInt8>) -> Date? {
        var scanner = Scanner(text: text)
        guard let year = scanner.year(), scanner.skip("-"), let month = scanner.number(digits: 2),
            scanner.skip("-"), let day = scanner.number(digits: 2), (1...12).contains(month),
            day >= 1, day <= lastDay(year, month)
        else { return nil }
        var seconds = daysSince1970(year, month, day) * 86_400
        var nanoseconds = 0
        if !scanner.isAtEnd {
            guard scanner.skip("T") || scanner.skip(" "), let hour = scanner.number(digits: 2), hour < 24,
                scanner.skip(":"), let minute = scanner.number(digits: 2), minute < 60
            else { return nil }
            var second = 0
            if scanner.skip(":") {
                guard let whole = scanner.number(digits: 2), whole < 60 else { return nil }
                second = whole
                if scanner.skip(".") {
                    guard let found = scanner.nanoseconds() else { return nil }
                    nanoseconds = found
                }
            }
            guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
            seconds += hour * 3600 + minute * 60 + second - offset
        }
        let date = date(seconds, nanoseconds)
        // A double has not all nanoseconds, and far from our time no microseconds.
        return isNamed(date) && moment(of: date) == (seconds, nanoseconds) ? date : nil
    }

    static func date(_ text: String) -> Date? {
        var text = text
        return text.withUTF8 { date($0) }
    }

    /// Whether a moment has a name here: those within 270,000 years do.
    static func isNamed(_ date: Date) -> Bool { abs(date.timeIntervalSinceReferenceDate) < 8e12 }

    /// The moment in UTC; the time of day is left out at midnight, and the decimals are as many as it needs.
    static func text(_ date: Date) -> String {
        guard isNamed(date) else { return "\(date.timeIntervalSince1970) s since 1970" }
        let (all, nanoseconds) = moment(of: date)
        let rest = positive(all, 86_400)
        let day = (all - rest) / 86_400
        let (year, month, dayOfMonth) = civil(day)
        let calendar =
            (year > 9999 ? "+" : "") + padded(year, 4) + "-" + padded(month, 2) + "-" + padded(dayOfMonth, 2)
        guard rest != 0 || nanoseconds != 0 else { return calendar }
        var text = calendar + "T" + padded(rest / 3600, 2) + ":" + padded(rest / 60 % 60, 2) + ":"
        text += padded(rest % 60, 2)
        if nanoseconds != 0 {
            text += "." + padded(nanoseconds, 9)
            while text.hasSuffix("0") { text.removeLast() }
        }
        return text + "Z"
    }

    /// Seconds between 1970 and 2001, from which `Date` counts.
    private static let epoch = 978_307_200

    fileprivate static func date(_ seconds: Int, _ nanoseconds: Int) -> Date {
        let whole = seconds - epoch
        // Within weeks of 2001 doubles are finer than nanoseconds, and the sum would round twice.
        return Date(
            timeIntervalSinceReferenceDate: abs(whole) < 9_000_000
                ? Double(whole * 1_000_000_000 + nanoseconds) / 1e9
                : Double(whole) + Double(nanoseconds) / 1e9)
    }

    /// Whole seconds since 1970, and microseconds if these give the same moment again, otherwise nanoseconds.
    private static func moment(of date: Date) -> (seconds: Int, nanoseconds: Int) {
        let whole = date.timeIntervalSinceReferenceDate.rounded(.down)
        let fraction = date.timeIntervalSinceReferenceDate - whole
        let seconds = Int(whole) + epoch
        func carried(_ nanoseconds: Int) -> (Int, Int) {
            nanoseconds == 1_000_000_000 ? (seconds + 1, 0) : (seconds, nanoseconds)
        }
        let short = carried(1000 * Int((fraction * 1e6).rounded()))
        return self.date(short.0, short.1) == date ? short : carried(Int((fraction * 1e9).rounded()))
    }

    private static func positive(_ value: Int, _ modulus: Int) -> Int {
        (value % modulus + modulus) % modulus
    }

    private static func padded(_ value: Int, _ digits: Int) -> String {
        let text = String(value.magnitude)
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func lastDay(_ year: Int, _ month: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days from 1 January 1970 in the Gregorian calendar, whose years begin in March here, so that the leap day is last.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part + (part < 10 ? 3 : -9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
    }

    private struct Scanner {
        let text: UnsafeBufferPointer<UInt8>
        var position = 0

        init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

        var isAtEnd: Bool { position == text.count }

        mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
            guard position < text.count, text[position] == UInt8(ascii: scalar) else { return false }
            position += 1
            return true
        }

        mutating func number(digits: Int) -> Int? {
            guard position + digits <= text.count else { return nil }
            var value = 0
            for offset in 0..<digits {
                guard let digit = digit(at: position + offset) else { return nil }
                value = value * 10 + digit
            }
            position += digits
            return value
        }

        /// Four digits, or a sign and up to six.
        mutating func year() -> Int? {
            let sign = skip("+") ? 1 : skip("-") ? -1 : 0
            guard sign != 0 else { return number(digits: 4) }
            var digits = 0
            while digits < 7, digit(at: position + digits) != nil { digits += 1 }
            guard (4...6).contains(digits), let year = number(digits: digits) else { return nil }
            return sign * year
        }

        /// Decimals of a second; more than nine are taken only where they are zeros.
        mutating func nanoseconds() -> Int? {
            var value = 0
            var count = 0
            while let digit = digit(at: position) {
                if count < 9 { value = value * 10 + digit } else if digit != 0 { return nil }
                count += 1
                position += 1
            }
            guard count > 0 else { return nil }
            for _ in 0..<max(0, 9 - count) { value *= 10 }
            return value
        }

        /// Seconds east of Greenwich: none, `Z`, `+01:00`, `+0100` or `+01`.
        mutating func offset() -> Int? {
            if isAtEnd || skip("Z") { return 0 }
            let sign = skip("+") ? 1 : skip("-") ? -1 : 0
            guard sign != 0, let hours = number(digits: 2), hours < 24 else { return nil }
            if isAtEnd { return sign * hours * 3600 }
            _ = skip(":")
            guard let minutes = number(digits: 2), minutes < 60 else { return nil }
            return sign * (hours * 3600 + minutes * 60)
        }

        private func digit(at position: Int) -> Int? {
            guard position < text.count, (48...57).contains(text[position]) else { return nil }
            return Int(text[position]) - 48
        }
    }
}

extension Date {
    /// The moment some ticks after 1970 in UTC, of which `perSecond` (a power of ten, at most 10⁹) make a second.
    ///
    /// It is the one that its text gives, too: seconds since 1970 in a double, turned into those since 2001, are not.
    package init(ticks: Int, perSecond: Int) {
        var (seconds, rest) = ticks.quotientAndRemainder(dividingBy: perSecond)
        if rest < 0 {
            seconds -= 1
            rest += perSecond
        }
        // Far beyond the moments that have a name.
        guard seconds.magnitude < 1 << 53 else {
            self.init(timeIntervalSince1970: Double(seconds))
            return
        }
        self = DateText.date(seconds, rest * (1_000_000_000 / perSecond))
    }
}
