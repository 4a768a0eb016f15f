import Foundation

/// Values as text, of bounded length.
package enum ValueText {
    /// How many elements of a collection, and how many characters in all, are worth showing.
    private static let elementLimit = 200
    private static let characterLimit = 100_000
    /// How deep objects are shown inside of objects.
    private static let depthLimit = 3

    /// The value's description; strings in quotes, long collections and texts shortened with a note of their size.
    ///
    /// An object that does not describe itself shows its properties, as a structure does.
    package static func describe(_ value: Any) -> String {
        shortened(shortenedCollection(value, []) ?? special(value, []) ?? plain(value))
    }

    /// An error's description: what it says of itself, else its properties.
    package static func describe(_ error: any Error) -> String {
        shortened(object(error, []) ?? String(describing: error))
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > characterLimit else { return text }
        return text.prefix(characterLimit) + "… (\(text.utf8.count) bytes in all)"
    }

    private static func plain(_ value: Any) -> String {
        // The place in memory of an object of Foundation that says nothing else of itself differs from run to run; texts and
        // numbers only bridge to one.
        if type(of: value) is NSObject.Type {
            return String(describing: value).replacing(/:\ 0x[0-9a-f]{8,}>/, with: ">")
        }
        return value is String || value is Character || value is Substring
            ? String(reflecting: value) : String(describing: value)
    }

    // MARK: collections

    /// A collection that is long or holds what `special` shows; nil for all other values. `path` as in `object`.
    private static func shortenedCollection(_ value: Any, _ path: [ObjectIdentifier]) -> String? {
        let style = Mirror(reflecting: value).displayStyle
        guard let collection = value as? any Collection, !(value is any StringProtocol),
            style == .collection || style == .set || style == .dictionary
        else { return nil }
        let arePairs = style == .dictionary
        let isLong = collection.count > elementLimit
        guard isLong || holdsSpecial(collection, arePairs: arePairs) else { return nil }
        let shown = firstElements(of: collection, path, arePairs: arePairs).joined(separator: ", ")
        return isLong ? "[\(shown), … \(collection.count) elements in all]" : "[\(shown)]"
    }

    /// The first elements; `arePairs` are those of a dictionary.
    private static func firstElements(
        of collection: some Collection, _ path: [ObjectIdentifier], arePairs: Bool
    ) -> [String] {
        collection.prefix(elementLimit).map { element -> String in
            parts(of: element, arePairs: arePairs)
                .map { special($0, path) ?? String(reflecting: $0) }.joined(separator: ": ")
        }
    }

    private static func holdsSpecial(_ collection: some Collection, arePairs: Bool) -> Bool {
        collection.prefix(elementLimit).contains { element in
            parts(of: element, arePairs: arePairs).contains(where: isSpecial)
        }
    }

    private static func parts(of element: Any, arePairs: Bool) -> [Any] {
        arePairs ? Mirror(reflecting: element).children.map(\.value) : [element]
    }

    // MARK: values that Swift would not show, or otherwise in each run

    private static func isSpecial(_ value: Any) -> Bool {
        value is AnyKeyPath || value is any InlineElements || isPlainObject(value)
            || wrapped(value).map(isSpecial) ?? false
    }

    /// An object with its properties, a key path, an array in line, or an optional with one of them; nil for all other values.
    /// `path` as in `object`.
    private static func special(_ value: Any, _ path: [ObjectIdentifier]) -> String? {
        if value is AnyKeyPath {
            // The place in memory of a computed part differs from run to run.
            return String(describing: value).replacing(/<computed 0x[0-9a-f]+ \(/, with: "<computed (")
        }
        if let array = value as? any InlineElements {
            let shown = firstElements(of: array.first(elementLimit), path, arePairs: false)
                .joined(separator: ", ")
            return array.count > elementLimit
                ? "[\(shown), … \(array.count) elements in all]" : "[\(shown)]"
        }
        if let inner = wrapped(value), isSpecial(inner) {
            return special(inner, path).map { "Optional(\($0))" }
        }
        return object(value, path)
    }

    /// What an optional holds; nil if it holds nothing or the value is none.
    private static func wrapped(_ value: Any) -> Any? {
        let mirror = Mirror(reflecting: value)
        return mirror.displayStyle == .optional ? mirror.children.first?.value : nil
    }

    // MARK: objects

    /// Whether a value is an object that would be shown by the name of its class alone.
    private static func isPlainObject(_ value: Any) -> Bool {
        guard Mirror(reflecting: value).displayStyle == .class else { return false }
        return !(value is any CustomStringConvertible) && !(value is any CustomDebugStringConvertible)
            && !(value is any TextOutputStreamable) && !(value is any Actor)
    }

    /// An object with its properties; nil for all other values. `path` are the objects that it was found in.
    private static func object(_ value: Any, _ path: [ObjectIdentifier]) -> String? {
        guard isPlainObject(value) else { return nil }
        let name = String(describing: type(of: value))
        let identity = ObjectIdentifier(value as AnyObject)
        guard path.count < depthLimit, !path.contains(identity) else { return "\(name)(…)" }
        var mirrors: [Mirror] = []
        var next: Mirror? = Mirror(reflecting: value)
        while let mirror = next {
            mirrors.insert(mirror, at: 0)
            next = mirror.superclassMirror
        }
        let fields = mirrors.flatMap(\.children).prefix(elementLimit).map { child in
            (child.label.map { "\($0): " } ?? "") + field(child.value, path + [identity])
        }
        return "\(name)(\(fields.joined(separator: ", ")))"
    }

    private static func field(_ value: Any, _ path: [ObjectIdentifier]) -> String {
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .optional {
            guard let inner = mirror.children.first?.value else { return "nil" }
            if isPlainObject(inner) { return field(inner, path) }
        }
        return special(value, path) ?? shortenedCollection(value, path) ?? String(reflecting: value)
    }
}

/// An `InlineArray`, of which Swift shows no elements.
private protocol InlineElements {
    var count: Int { get }
    func first(_ limit: Int) -> [Any]
}

extension InlineArray: InlineElements where Element: Copyable {
    fileprivate func first(_ limit: Int) -> [Any] { indices.prefix(limit).map { self[$0] } }
}
