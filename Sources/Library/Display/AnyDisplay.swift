import Foundation
import Text

/// How any value looks: as it says itself, else as text. Optional values and collections of such that know how they
/// look show them.
package func bundle(of value: Any) -> MIMEBundle {
    if let displayable = value as? any Displayable { return displayable.mimeBundle }
    return CollectedDisplays(value)?.mimeBundle ?? .plain(ValueText.describe(value))
}

/// Values that know how they look, inside an optional value, a collection or a tuple.
private struct CollectedDisplays {
    private let parts: [(title: String?, bundle: MIMEBundle)]
    private let count: Int
    /// How many of a collection are shown.
    private static let limit = 50

    /// The values in `value`; nil if it has other ones too, or none.
    init?(_ value: Any) {
        guard let (parts, count) = Self.parts(of: value), !parts.isEmpty else { return nil }
        self.parts = parts
        self.count = count
    }

    private static func parts(of value: Any) -> (parts: [(title: String?, bundle: MIMEBundle)], count: Int)? {
        if let displayable = value as? any Displayable { return ([(nil, displayable.mimeBundle)], 1) }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { parts(of: $0.value) }
        case .collection, .set, .tuple: return list(mirror.children.lazy.map { ($0.label, $0.value) }, mirror)
        case .dictionary: return list(entries(mirror), mirror)
        default: return nil
        }
    }

    private static func entries(_ mirror: Mirror) -> [(String?, Any)] {
        guard let first = mirror.children.first, Self.parts(of: pair(first.value).value) != nil else {
            return []
        }
        // A dictionary has no order of its own; that of its keys is the same in every run.
        return mirror.children.map { pair($0.value) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func pair(_ value: Any) -> (key: String, value: Any) {
        let children = Array(Mirror(reflecting: value).children)
        guard children.count == 2 else { return ("", value) }
        return (String(describing: children[0].value), children[1].value)
    }

    private static func list(
        _ values: some Sequence<(String?, Any)>, _ mirror: Mirror
    ) -> (parts: [(title: String?, bundle: MIMEBundle)], count: Int)? {
        var found: [(title: String?, bundle: MIMEBundle)] = []
        for (label, value) in values.prefix(limit) {
            guard let inner = Self.parts(of: value) else { return nil }
            let title = label.flatMap { $0.hasPrefix(".") ? nil : $0 }
            found += inner.parts.enumerated().map { index, part in
                let titles = [index == 0 ? title : nil, part.title].compactMap(\.self)
                return (titles.isEmpty ? nil : titles.joined(separator: ": "), part.bundle)
            }
        }
        return (found, mirror.children.count)
    }

    var mimeBundle: MIMEBundle {
        if parts.count == 1, parts[0].title == nil { return parts[0].bundle }
        var texts: [String] = []
        var html = ""
        for part in parts {
            let text = part.bundle.plainText ?? ""
            texts.append(part.title.map { "\($0): \(text)" } ?? text)
            html += "<div>" + (part.title.map { "<b>\($0.escapedHTML)</b><br>" } ?? "")
            html += Self.html(of: part.bundle) + "</div>\n"
        }
        if count > Self.limit {
            texts.append("… \(count) in all")
            html += "<div>… \(count) in all</div>\n"
        }
        return MIMEBundle(["text/plain": .text(texts.joined(separator: "\n")), "text/html": .text(html)])
    }

    /// What an HTML page can show of a bundle.
    private static func html(of bundle: MIMEBundle) -> String {
        if case .text(let html)? = bundle.contents["text/html"] { return html }
        if case .text(let svg)? = bundle.contents["image/svg+xml"] { return svg }
        for type in ["image/png", "image/jpeg"] {
            guard case .binary(let data)? = bundle.contents[type] else { continue }
            return
                "<img src=\"data:\(type);base64,\(data.base64EncodedString())\"\(size(bundle.metadata[type]))>"
        }
        return "<pre>\((bundle.plainText ?? "").escapedHTML)</pre>"
    }

    /// The width and height that the metadata of an image give.
    private static func size(_ metadata: Data?) -> String {
        let object = metadata.flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any] ?? [:]
        return ["width", "height"].map { name in
            (object[name] as? NSNumber).map { " \(name)=\"\($0)\"" } ?? ""
        }.joined()
    }
}
