import Foundation

/// What is wrong with a file: which file, which part of it, what was expected and what was found.
public struct FormatError: Error, CustomStringConvertible, Equatable {
    /// The file's path.
    public let file: String
    /// The sentence's rest: the field or dataset, what it should be, and what it is.
    public let problem: String

    public var description: String { "\(file): \(problem)" }

    package init(_ file: URL, _ problem: String) {
        self.init(named: file.path, problem)
    }

    /// The same for what need not be a file.
    package init(named name: String, problem: String) { self.init(named: name, problem) }

    package init(named file: String, _ problem: String) {
        self.file = file
        self.problem = printable(problem)
    }

    /// The same of what need not be a file: a mesh that was made by hand.
    package init(named file: String, _ field: String, expected: String, found: String) {
        self.init(named: file, "\(field) should be \(expected), but is \(found)")
    }

    package init(_ file: URL, _ field: String, expected: String, found: String) {
        self.init(file, "\(field) should be \(expected), but is \(found)")
    }

    /// The failure of a system call on a file, with the system's own words.
    package init(_ file: URL, cannot action: String, code: Int32 = errno) {
        self.init(file, "cannot be \(action): \(String(cString: strerror(code)))")
    }

    /// The failure of a call of Foundation, whose errors name temporary files and keep the system's words inside.
    package init(_ file: URL, cannot action: String, because error: any Error) {
        guard let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error else {
            self.init(file, "cannot be \(action): \(error.localizedDescription)")
            return
        }
        self.init(file, cannot: action, code: Int32(truncatingIfNeeded: (inner as NSError).code))
    }
}

/// Text in which a terminal shows every character: what a damaged file says of itself may hold any.
private func printable(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control }
    guard !isPlain else { return text }
    return text.unicodeScalars.map { scalar in
        scalar == "\n" || scalar.properties.generalCategory != .control
            ? String(scalar) : scalar.escaped(asASCII: true)
    }.joined()
}
