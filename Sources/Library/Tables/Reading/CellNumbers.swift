internal import CTableKernels

/// Reads the numbers of cells: only those that are the same number when they are written again.
struct CellNumbers {
    /// Before the decimals.
    let decimal: UInt8
    /// Whether a column was said to be of doubles, so that numbers that Double rounds are taken.
    var rounds = false

    /// A whole number, or nil if the text is none, has leading zeros, or is beyond 64 bits.
    @inline(__always)
    static func int(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        let count = text.count
        guard count > 0 else { return nil }
        let isNegative = text[0] == 45
        var position = isNegative || text[0] == 43 ? 1 : 0
        let digits = count - position
        guard digits > 0, digits <= 19, digits == 1 || text[position] != 48 else { return nil }
        var value: UInt = 0
        while position < count {
            let digit = text[position] &- 48
            guard digit < 10 else { return nil }
            value = value &* 10 &+ UInt(digit)
            position += 1
        }
        // Nineteen digits are below 2⁶⁴.
        if isNegative { return value <= 1 << 63 ? Int(truncatingIfNeeded: 0 &- value) : nil }
        return value < 1 << 63 ? Int(value) : nil
    }

    /// A number, or nil if the text is none, has leading zeros, or would not keep its digits or its size.
    func double(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        let count = text.count
        guard count > 0 else { return nil }
        let isNegative = text[0] == 45
        let start = isNegative || text[0] == 43 ? 1 : 0
        var position = start
        var mantissa: UInt64 = 0
        // Digits from the first that is not zero on.
        var significant = 0
        func take(_ digit: UInt8) {
            if significant < 19 { mantissa = mantissa * 10 + UInt64(digit) }
            if significant > 0 || digit != 0 { significant += 1 }
        }
        while position < count, text[position] &- 48 < 10 {
            take(text[position] &- 48)
            position += 1
        }
        let wholeDigits = position - start
        var decimals = 0
        if position < count, text[position] == decimal {
            position += 1
            while position < count, text[position] &- 48 < 10 {
                take(text[position] &- 48)
                decimals += 1
                position += 1
            }
            guard wholeDigits + decimals > 0 else { return nil }
        } else if wholeDigits == 0 {
            return Self.infinity(text, from: start, isNegative)
        }
        guard wholeDigits < 2 || text[start] != 48 else { return nil }
        var exponent = 0
        let isWhole = position == count && position == start + wholeDigits
        if position < count {
            guard let found = Self.exponent(text, from: position) else { return nil }
            exponent = found
        }
        if isWhole, wholeDigits > 15, !rounds {
            // Integers of more digits than Int has are kept as text, and those that a double rounds too.
            guard let value = Self.int(text), let exact = Double(exactly: value) else { return nil }
            return exact
        }
        // Both factors are exact, so one rounding is made (Clinger 1990).
        let scale = exponent - decimals
        if significant <= 19, mantissa <= 1 << 53, scale >= -22, scale <= 22 {
            let value = Double(mantissa)
            let result = scale < 0 ? value / Self.powers[-scale] : value * Self.powers[scale]
            return isNegative ? -result : result
        }
        return slowly(text, from: start, isNegative, isZero: mantissa == 0)
    }

    private func slowly(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ isNegative: Bool, isZero: Bool
    ) -> Double? {
        var value = 0.0
        func read(_ text: UnsafeBufferPointer<UInt8>) -> table_number_outcome {
            text.withMemoryRebound(to: CChar.self) { table_read_double($0.baseAddress, $0.count, &value) }
        }
        let digits = UnsafeBufferPointer(rebasing: text[start...])
        let outcome: table_number_outcome
        if decimal == 46 {
            outcome = read(digits)
        } else {
            outcome = digits.map { $0 == decimal ? 46 : $0 }.withUnsafeBufferPointer(read)
        }
        switch outcome {
        case table_number_read: break
        case table_number_out_of_range where rounds && Self.isTiny(digits): value = 0
        default: return nil
        }
        return isNegative ? -value : value
    }

    /// Whether a number that no double holds is too small, and not too large.
    private static func isTiny(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let mark = text.firstIndex(where: { $0 | 32 == 101 }) else { return text.first == 48 }
        return mark + 1 < text.count && text[mark + 1] == 45
    }

    /// What follows `e`; at most six digits count, since more change nothing.
    private static func exponent(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard text[start] | 32 == 101 else { return nil }
        var position = start + 1
        var isNegative = false
        if position < text.count, text[position] == 43 || text[position] == 45 {
            isNegative = text[position] == 45
            position += 1
        }
        guard position < text.count else { return nil }
        var value = 0
        while position < text.count {
            let digit = text[position] &- 48
            guard digit < 10 else { return nil }
            value = min(value * 10 + Int(digit), 999_999)
            position += 1
        }
        return isNegative ? -value : value
    }

    private static func infinity(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ isNegative: Bool
    ) -> Double? {
        let rest = text[start...]
        guard rest.count == 3 || rest.count == 8, rest.first.map({ $0 | 32 == 105 }) == true else {
            return nil
        }
        let lower = rest.map { $0 | 32 }
        guard lower == Array("inf".utf8) || lower == Array("infinity".utf8) else { return nil }
        return isNegative ? -.infinity : .infinity
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18,
        1e19, 1e20, 1e21, 1e22,
    ]
}
