extension Magic {
    static let html = shows("html", as: "text/html", what: "HTML")
    static let markdown = shows("markdown", as: "text/markdown", what: "Markdown")
    static let javascript = shows(
        "javascript", as: "application/javascript", what: "JavaScript, run by the front end")

    private static func shows(_ name: String, as type: String, what: String) -> Magic {
        Magic(
            name: name, usage: "%%\(name)", help: "show the cell as \(what)", isForLine: false, body: .text
        ) { call, run in
            let text = call.body ?? ""
            run.display([type: text, "text/plain": text])
        }
    }
}
