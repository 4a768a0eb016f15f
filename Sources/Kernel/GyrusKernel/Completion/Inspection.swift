import CodeCompletion
import Foundation
import Jupyter
import SwiftCells

/// `inspect_request`: what the name at the cursor stands for, or the function whose arguments the cursor is among.
struct Inspection {
    let service: CompletionService
    let pages: DocumentationPages
    /// What a magic does, by its name.
    let magicHelp: (String) -> String?
    /// The value of a variable in a few words; nil if that cannot be told now.
    let value: (String) -> String?

    func reply(to request: InspectRequest) -> InspectReply {
        let offset = TextOffsets(request.code).byteOffset(ofCodePoint: request.cursorPosition)
        let magics = MagicCompletion(request.code, at: offset, parser: service.magicParser)
        if let magic = magics.name {
            return magicHelp(magic).map { Page(documentation: $0).reply } ?? .notFound
        }
        let code = magics.blanked
        let cursor = Cursor(in: code, at: offset)
        guard cursor.surroundings == .code else {
            return cursor.callee.map { call(at: offset, of: $0, in: code, request) } ?? .notFound
        }
        if let name = cursor.name, let page = page(of: name, in: code, request) { return page.reply }
        if let callee = cursor.callee {
            return call(at: cursor.name?.lowerBound ?? offset, of: callee, in: code, request)
        }
        return .notFound
    }

    private func page(of range: Range<Int>, in code: String, _ request: InspectRequest) -> Page? {
        let name = String(decoding: Array(code.utf8)[range], as: UTF8.self)
        if let symbol = service.ask(.describe, about: code, at: range.lowerBound)?.description {
            var page = page(of: symbol, named: name, request)
            if symbol.isCallable { page.calls = calls(of: range, in: code) }
            return page
        }
        // The compiler can make no sense of a half-written cell, or of a function that is not called yet; completion can.
        let answer = service.ask(.suggest, about: code, at: range.lowerBound, prefix: name)
        guard let match = answer?.suggestions.first(where: { $0.text == name }), match.kind != .keyword else {
            return nil
        }
        let rest = code.utf8.dropFirst(range.upperBound)
        if match.call.hasPrefix(name + "("), rest.first != UInt8(ascii: "(") {
            let called = Array(code.utf8.prefix(range.lowerBound)) + Array(match.call.utf8) + Array(rest)
            let text = String(decoding: called, as: UTF8.self)
            if let symbol = service.ask(.describe, about: text, at: range.lowerBound)?.description {
                return page(of: symbol, named: name, request)
            }
        }
        let isValue = match.kind == .instance || match.kind == .property
        return Page(
            declaration: match.text + (isValue ? ": " : "") + match.signature, documentation: match.brief)
    }

    private func page(of symbol: SymbolDescription, named name: String, _ request: InspectRequest) -> Page {
        var page = Page(declaration: symbol.declaration, documentation: symbol.documentation)
        let isFromCell = symbol.module.wholeMatch(of: /Cell\d+|Editor/) != nil
        if symbol.isGlobalVariable, isFromCell, let label = service.context?.label(ofVariable: name) {
            page.type = symbol.type
            page.value = value(name)
            page.origin = label
        }
        page.address = pages.page(of: symbol)
        if request.detailLevel > 0 {
            let functions = isFromCell ? service.context?.functions(named: name) ?? [] : []
            page.source = functions.map(\.source)
            page.origin =
                page.origin ?? functions.last?.label ?? (isFromCell ? nil : "module \(symbol.module)")
        }
        return page
    }

    /// All ways to call the function, or to make a value of the type, whose name stands in a cell.
    private func calls(of name: Range<Int>, in code: String) -> [String] {
        let called = String(decoding: Array(code.utf8.prefix(name.upperBound)), as: UTF8.self) + "("
        let answer = service.ask(.signatures, about: called, at: called.utf8.count)
        return answer?.signatures.map(\.text) ?? []
    }

    /// The signatures of the function that is being called.
    private func call(at offset: Int, of callee: Int, in code: String, _ request: InspectRequest)
        -> InspectReply
    {
        if let answer = service.ask(.signatures, about: code, at: offset), !answer.signatures.isEmpty {
            // The one that fits what is written comes first.
            var signatures = answer.signatures
            if signatures.indices.contains(answer.activeSignature) {
                signatures.insert(signatures.remove(at: answer.activeSignature), at: 0)
            }
            var page = Page(signatures: signatures)
            page.address = service.ask(.describe, about: code, at: callee)?.description.flatMap(pages.page)
            if let first = signatures.first, !first.documentation.contains("- Parameter") {
                page.parameters = PropertyNotes(service: service).parameters(
                    of: first, at: callee, in: code)
            }
            return page.reply
        }
        let end = code.utf8.dropFirst(callee).prefix { $0 != UInt8(ascii: "(") }.count
        return page(of: callee..<(callee + end), in: code, request)?.reply ?? .notFound
    }
}

/// What an inspection shows.
private struct Page {
    var declaration = ""
    var documentation = ""
    var signatures: [Signature] = []
    var type: String?
    var value: String?
    /// The cell or the module that it comes from.
    var origin: String?
    /// The path of its page of the documentation, on the Jupyter server.
    var address: String?
    /// The source of functions that cells declared.
    var source: [String] = []
    /// All ways to call it.
    var calls: [String] = []
    /// Notes on the parameters of the first signature.
    var parameters: [(name: String, note: String)] = []

    /// The number of overloads that are worth reading.
    private static let callLimit = 12

    var reply: InspectReply {
        InspectReply(data: [
            "text/markdown": .string(text(inMarkdown: true)), "text/plain": .string(text(inMarkdown: false)),
        ])
    }

    private func text(inMarkdown isMarkdown: Bool) -> String {
        func code(_ text: String) -> String { isMarkdown ? "```swift\n\(text)\n```" : text }
        func inline(_ text: String) -> String {
            isMarkdown ? "`\(text.replacing("`", with: "'"))`" : text
        }
        var parts: [String] = []
        if !declaration.isEmpty { parts.append(code(declaration)) }
        var facts: [String] = []
        if let type { facts.append("Type: " + inline(type)) }
        if let value { facts.append("Value: " + inline(value)) }
        if let origin { facts.append("From: \(origin)") }
        if !facts.isEmpty { parts.append(facts.joined(separator: isMarkdown ? "  \n" : "\n")) }
        if !documentation.isEmpty { parts.append(documentation) }
        for signature in signatures {
            let parameter = signature.activeParameter.map { "Parameter: " + inline($0) }
            parts += [code(signature.text), parameter, signature.documentation].compactMap { $0 }
                .filter { !$0.isEmpty }
            if signature.text == signatures.first?.text, !parameters.isEmpty {
                parts.append(parameters.map { "- \(inline($0.name)): \($0.note)" }.joined(separator: "\n"))
            }
        }
        // A single one is the declaration itself.
        if calls.count > 1 || (calls.count == 1 && !declaration.contains("(")) {
            let more = calls.count - Self.callLimit
            parts.append(code(calls.prefix(Self.callLimit).joined(separator: "\n")))
            if more > 0 { parts.append("and \(more) more") }
        }
        if let address {
            parts.append(isMarkdown ? "[Documentation](\(address))" : "Documentation: \(address)")
        }
        if !source.isEmpty { parts.append(code(source.joined(separator: "\n\n"))) }
        return parts.joined(separator: "\n\n")
    }
}
