import Foundation

/// The files that a path in a string literal could lead to.
package enum PathCompletion {
    /// The suggestions for the last component of `path`, a folder with `/` after it.
    ///
    /// `path` is the text between the opening quote and the cursor; `~` is the user's folder, and what is relative
    /// lies in `folder`. Hidden files are suggested only if a dot is typed.
    package static func suggestions(for path: String, in folder: String, home: String = NSHomeDirectory())
        -> (suggestions: [Suggestion], typed: String)
    {
        if path == "~" { return ([Suggestion(text: "~/", kind: .path)], path) }
        let typed = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
        var parent = String(path.dropLast(typed.count))
        if parent == "~/" || parent.hasPrefix("~/") { parent = home + parent.dropFirst() }
        if !parent.hasPrefix("/") { parent = folder + "/" + parent }
        let prefix = unescaped(typed)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: unescaped(parent))) ?? []
        let found = names.filter { name in
            name.lowercased().hasPrefix(prefix.lowercased())
                && (prefix.hasPrefix(".") || !name.hasPrefix("."))
        }
        let suggestions = found.map { name in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: unescaped(parent) + name, isDirectory: &isFolder)
            return Suggestion(text: escaped(name) + (isFolder.boolValue ? "/" : ""), kind: .path)
        }
        return (Ranking.ranked(suggestions, prefix: typed, limit: 2000), typed)
    }

    /// A name as it is written in a string literal.
    private static func escaped(_ name: String) -> String {
        name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    private static func unescaped(_ text: String) -> String {
        text.replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
    }
}
