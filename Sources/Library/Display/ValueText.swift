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
        shortened(shortenedCollection(value, []) ?? object(value, []) ?? plain(value))
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
        // The place in memory of a computed part differs from run to run.
        if value is AnyKeyPath {
            return String(describing: value).replacing(/<computed 0x[0-9a-f]+ \(/, with: "<computed (")
        }
        // So does that of an object of Foundation that says nothing else of itself; texts and numbers only bridge to one.
        if type(of: value) is NSObject.Type {
            return String(describing: value).replacing(/:\ 0x[0-9a-f]{8,}>/, with: ">")
        }
        return value is String || value is Character || value is Substring
            ? String(reflecting: value) : String(describing: value)
    }

    // MARK: collections

    /// A collection that is long or holds objects; nil for all other values. `path` as in `object`.
    private static func shortenedCollection(_ value: Any, _ path: [ObjectIdentifier]) -> String? {
        let style = Mirror(reflecting: value).displayStyle
        guard let collection = value as? any Collection, !(value is any StringProtocol),
            style == .collection || style == .set || style == .dictionary
        else { return nil }
        let isLong = collection.count > elementLimit
        let hasObjects = style == .collection && collection.first(where: { isPlainObject($0) }) != nil
        guard isLong || hasObjects else { return nil }
        let shown = firstElements(of: collection, path, arePairs: style == .dictionary)
            .joined(separator: ", ")
        return isLong ? "[\(shown), … \(collection.count) elements in all]" : "[\(shown)]"
    }

    /// The first elements; `arePairs` are those of a dictionary.
    private static func firstElements(
        of collection: some Collection, _ path: [ObjectIdentifier], arePairs: Bool
    ) -> [String] {
        collection.prefix(elementLimit).map { element -> String in
            if !arePairs { return object(element, path) ?? String(reflecting: element) }
            let parts = Mirror(reflecting: element).children.map { String(reflecting: $0.value) }
            return parts.joined(separator: ": ")
        }
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
        return object(value, path) ?? shortenedCollection(value, path) ?? String(reflecting: value)
    }
}
