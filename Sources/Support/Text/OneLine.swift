extension String {
    /// This text without line ends and control characters, so that it stays in its row of a table.
    package var onOneLine: String {
        String(
            unicodeScalars.reduce(into: String.UnicodeScalarView()) { plain, scalar in
                switch scalar.properties.generalCategory {
                case .control where scalar == "\n" || scalar == "\r": plain.append("⏎")
                case .control, .lineSeparator, .paragraphSeparator:
                    plain.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
                default: plain.append(scalar)
                }
            })
    }
}
