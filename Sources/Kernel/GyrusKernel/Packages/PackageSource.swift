import Foundation

/// Which package `%package` asks for, and what of it.
struct PackageRequest: Equatable {
    enum Version: Equatable {
        /// The newest release.
        case newest
        case exact(String)
        case branch(String)
        case revision(String)
    }

    /// The URL, or the path of a folder.
    var place: String
    var version: Version
    /// The names of its library products; all if there are none.
    var products: [String]

    /// Reads `PLACE[@VERSION] [PRODUCT ...]`; throws `MagicError`.
    init(_ text: String) throws {
        let words = Arguments(text).words
        guard let first = words.first else {
            throw MagicError(
                "%package needs a package: %package https://github.com/apple/swift-algorithms@1.2.1 Algorithms"
            )
        }
        products = Array(words.dropFirst())
        for product in products where product.contains(/[^A-Za-z0-9_.-]/) {
            throw MagicError("\(product) is no name of a product")
        }
        // The @ of git@github.com:owner/name does not begin a version.
        if let match = first.wholeMatch(of: /(.+)@(?:(branch|revision):(.+)|([0-9][^@\/:]*))/) {
            place = String(match.1)
            if let kind = match.2, let name = match.3 {
                version = kind == "branch" ? .branch(String(name)) : .revision(String(name))
            } else {
                let number = String(match.4 ?? "")
                guard number.contains(/^\d+\.\d+\.\d+/) else {
                    throw MagicError("\(number) is no version; expected three numbers, as in \(place)@1.2.0")
                }
                version = .exact(number)
            }
        } else {
            place = first
            version = .newest
        }
    }

    var isLocal: Bool { !place.contains("://") && !place.contains(/^[\w.-]+@[\w.-]+:/) }

    /// The package's name, as manifests refer to it.
    var identity: String {
        let name = place.split(separator: "/").last.map(String.init) ?? place
        return name.hasSuffix(".git") ? String(name.dropLast(4)) : name
    }
}

/// A release's number, in the order of the Semantic Versioning specification; releases to come (`1.0.0-beta`) are none.
struct SemanticVersion: Comparable {
    let text: String
    private let numbers: [Int]

    init?(_ text: String) {
        let words = text.drop { $0 == "v" }.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = words.compactMap { Int($0) }
        guard words.count == 3, numbers.count == 3 else { return nil }
        self.text = text
        self.numbers = numbers
    }

    static func < (one: SemanticVersion, other: SemanticVersion) -> Bool {
        one.numbers.lexicographicallyPrecedes(other.numbers)
    }
    static func == (one: SemanticVersion, other: SemanticVersion) -> Bool { one.numbers == other.numbers }
}
