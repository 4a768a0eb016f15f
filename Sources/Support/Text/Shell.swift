extension String {
    /// This text as one word of a shell, quoted if it needs that.
    package var shellWord: String {
        !isEmpty && allSatisfy { $0.isLetter || $0.isNumber || "-_=/.+:,".contains($0) }
            ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
