import CodeCompletion
import Foundation

/// The meaning of a name, or of the call around a place.
struct Descriptions {
    let kit: SourceKit
    let request: CompletionRequest

    /// What the name at the place stands for.
    func describe(file: String) -> SymbolDescription? {
        let response = withDocument(file) { arguments in
            kit.send(
                "cursorinfo",
                [
                    "key.sourcefile": .text(file), "key.primary_file": .text(file),
                    "key.offset": .number(request.offset), "key.compilerargs": arguments,
                ])
        }
        guard let value = response?.value, let name = value.text("key.name") else { return nil }
        return SymbolDescription(
            name: name, declaration: value.text("key.annotated_decl").map(Self.plain) ?? name,
            type: value.text("key.typename") ?? "", documentation: value.text("key.doc_comment") ?? "",
            module: value.text("key.modulename") ?? "", usr: value.text("key.usr") ?? "",
            isGlobalVariable: value.word("key.kind")?.hasSuffix(".var.global") == true)
    }

    func signatures(file: String) -> (signatures: [Signature], active: Int) {
        let response = withDocument(file) { arguments in
            kit.send(
                "signaturehelp",
                [
                    "key.sourcefile": .text(file), "key.offset": .number(request.offset),
                    "key.compilerargs": arguments,
                ])
        }
        guard let value = response?.value else { return ([], 0) }
        let signatures = value.list("key.signatures").compactMap { entry -> Signature? in
            guard let text = entry.text("key.name") else { return nil }
            let parameters = entry.list("key.parameters")
            let active = entry.number("key.active_parameter")
            var parameter: String?
            if parameters.indices.contains(active) {
                let bytes = text.utf8.dropFirst(parameters[active].number("key.nameoffset"))
                parameter = String(
                    decoding: bytes.prefix(parameters[active].number("key.namelength")), as: UTF8.self)
            }
            return Signature(
                text: text, documentation: entry.text("key.doc_comment") ?? "", activeParameter: parameter)
        }
        return (signatures, value.number("key.active_signature"))
    }

    /// Asks while the source is open as a document: it need not exist on disk then.
    private func withDocument(_ file: String, ask: (SourceKit.Argument) -> Response?) -> Response? {
        let arguments = SourceKit.Argument.texts([file] + request.arguments)
        let opened = kit.send(
            "editor.open",
            [
                "key.name": .text(file), "key.sourcetext": .text(request.source),
                "key.compilerargs": arguments, "key.enablesyntaxmap": .number(0),
                "key.enablesubstructure": .number(0), "key.enablediagnostics": .number(0),
                "key.syntactic_only": .number(1),
            ])
        guard opened != nil else { return nil }
        defer { _ = kit.send("editor.close", ["key.name": .text(file)]) }
        return ask(arguments)
    }

    /// The text of a declaration that sourcekitd wrote as XML, without attributes that say nothing to a caller.
    static func plain(_ xml: String) -> String {
        var text = xml.replacing(/<[^>]*>/, with: "")
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
        ] {
            text = text.replacing(entity, with: character)
        }
        return text.replacing(
            /@(inlinable|frozen|_[A-Za-z]+(\([^)]*\))?|usableFromInline|preconcurrency|backDeployed\([^)]*\))\s+/,
            with: "")
    }
}
