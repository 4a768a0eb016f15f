import CodeCompletion
import SwiftCells

/// Says what the parameters of an initializer mean by the comments on the properties that they set.
struct PropertyNotes {
    let service: CompletionService

    /// The parameters that name a documented property of the type whose initializer is called; `callee` is the cursor (in
    /// bytes) of the type's name.
    func parameters(of signature: Signature, at callee: Int, in code: String) -> [(
        name: String, note: String
    )] {
        let name = String(
            decoding: Array(code.utf8.dropFirst(callee).prefix { $0 != UInt8(ascii: "(") }), as: UTF8.self)
        guard name.first?.isUppercase == true, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
        else {
            return []
        }
        let labels = Self.labels(of: signature.text)
        // A line for each, so that one without a property does no harm to the others.
        let lines = labels.map { "_ = \\\(name).\($0)\n" }
        let source = lines.joined()
        var offset = 0
        var found: [(name: String, note: String)] = []
        for (label, line) in zip(labels, lines) {
            let symbol = service.ask(.describe, about: source, at: offset + "_ = \\\(name).".utf8.count)?
                .description
            if let symbol, symbol.name == label, !symbol.documentation.isEmpty {
                found.append((label, Self.firstParagraph(of: symbol.documentation)))
            }
            offset += line.utf8.count
        }
        return found
    }

    /// The labels of a signature (`Ridge(alphas: [Double], folds: Folds)`).
    static func labels(of signature: String) -> [String] {
        guard let open = signature.firstIndex(of: "(") else { return [] }
        var depth = 0
        var labels: [String] = []
        var word = ""
        var last: Character = " "
        for character in signature[open...] {
            defer { last = character }
            switch character {
            case ">" where last == "-": break
            case "(", "[", "<", "{":
                depth += 1
                word = ""
            case ")", "]", ">", "}":
                depth -= 1
                if depth == 0 { return labels }
            case ",": word = ""
            case ":" where depth == 1:
                if let label = word.split(separator: " ").first, label != "_" { labels.append(String(label)) }
                word = ""
            default: word.append(character)
            }
        }
        return labels
    }

    private static func firstParagraph(of text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.prefix { !$0.allSatisfy(\.isWhitespace) }.joined(separator: " ")
    }
}

extension SymbolDescription {
    /// Whether it is a function, or a type of which values are made.
    var isCallable: Bool {
        let words = declaration.split { !$0.isLetter }
        return words.contains { ["func", "init", "struct", "class", "enum", "actor"].contains($0) }
    }
}
