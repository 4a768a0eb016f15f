extension Magic {
    static let html = shows("html", as: "text/html", what: "HTML")
    static let latex = shows("latex", as: "text/latex", what: "LaTeX")
    static let svg = shows("svg", as: "image/svg+xml", what: "an SVG drawing")
    static let markdown = shows("markdown", as: "text/markdown", what: "Markdown")
    static let javascript = shows(
        "javascript", as: "application/javascript", what: "JavaScript, run by the front end")

    private static func shows(_ name: String, as type: String, what: String) -> Magic {
        Magic(
            name: name, usage: "%%\(name)", help: "show the cell as \(what)", isForLine: false, body: .text
        ) { call, run in
            guard call.arguments.isEmpty else {
                throw MagicError(
                    "%%\(name) shows what stands below it, and takes nothing else: \(call.arguments)")
            }
            let text = call.body ?? ""
            run.display([type: text, "text/plain": text])
        }
    }
}
