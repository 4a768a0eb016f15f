import CodeCompletion
import Foundation
import JSON

/// The pages of the library's documentation, which the Jupyter server shows that started the kernel
/// (Kernelspec/python/gyrus_jupyter/documentation.py).
package struct DocumentationPages: Sendable {
    /// The pages' paths below the site, by the USR of the symbol that each describes.
    private let paths: [String: String]
    /// The site's path on the server.
    private let site: String

    /// The pages of an installation; none if it was installed without.
    package init(prefix: String?, environment: [String: String]) {
        // Documentation/build.py writes it.
        let file = prefix.map { URL(fileURLWithPath: $0 + "/lib/gyrus/docs/symbols.json") }
        let data = file.flatMap { try? Data(contentsOf: $0) }
        paths = data.flatMap { try? JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
        site = Self.basePath(environment) + "gyrus/docs/"
    }

    /// The path of a symbol's page on the server; nil if it has none.
    package func page(of symbol: SymbolDescription) -> String? {
        guard let path = paths[symbol.usr] else { return nil }
        // Parentheses would end a link in Markdown.
        let allowed = CharacterSet.urlPathAllowed.subtracting(["(", ")"])
        return path.addingPercentEncoding(withAllowedCharacters: allowed).map { site + $0 }
    }

    /// Below which path the server that started this kernel has its pages: a hub puts them below the user's name.
    private static func basePath(_ environment: [String: String]) -> String {
        let home = environment["HOME"] ?? NSHomeDirectory()
        let data =
            environment["JUPYTER_DATA_DIR"]
            ?? (environment["XDG_DATA_HOME"] ?? home + "/.local/share") + "/jupyter"
        let runtime = environment["JUPYTER_RUNTIME_DIR"] ?? data + "/runtime"
        guard let server = environment["JPY_PARENT_PID"],
            let text = try? Data(contentsOf: URL(fileURLWithPath: "\(runtime)/jpserver-\(server).json")),
            let path = (try? JSON(parsing: text))?["base_url"]?.string, path.hasSuffix("/")
        else { return "/" }
        return path
    }
}
