import Foundation

/// What is wrong with a file: which file, which part of it, what was expected and what was found.
public struct FormatError: Error, CustomStringConvertible, Equatable {
    /// The file's path.
    public let file: String
    /// The sentence's rest: the field or dataset, what it should be, and what it is.
    public let problem: String

    public var description: String { "\(file): \(problem)" }

    package init(_ file: URL, _ problem: String) {
        self.file = file.path
        self.problem = problem
    }

    package init(_ file: URL, _ field: String, expected: String, found: String) {
        self.init(file, "\(field) should be \(expected), but is \(found)")
    }

    /// The failure of a system call on a file, with the system's own words.
    package init(_ file: URL, cannot action: String, code: Int32 = errno) {
        self.init(file, "cannot be \(action): \(String(cString: strerror(code)))")
    }
}
