/// What the kernel asks the completion process about a position in Swift source.
package struct CompletionRequest: Codable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// What can be completed there.
        case suggest
        /// What the name there stands for.
        case describe
        /// The functions whose arguments that position lies in.
        case signatures
        /// Nothing: the modules that the source imports are to be in memory when the next request comes.
        case warmUp
    }

    package var kind: Kind
    package var source: String
    /// The flags that the compiler would get, without the source file.
    package var arguments: [String]
    /// The offset in UTF-8 bytes; of a name, its first byte.
    package var offset: Int
    /// For `suggest`: the part of the name that is already there.
    package var prefix: String
    /// Of `suggest`: how many suggestions there may be.
    package var limit: Int

    package init(
        _ kind: Kind, source: String, arguments: [String], offset: Int = 0, prefix: String = "",
        limit: Int = 2000
    ) {
        self.kind = kind
        self.source = source
        self.arguments = arguments
        self.offset = offset
        self.prefix = prefix
        self.limit = limit
    }
}

/// What the completion process knows.
package struct CompletionAnswer: Codable, Sendable {
    package var suggestions: [Suggestion] = []
    /// How many bytes before the cursor the suggestions replace: `a.` becomes `a?.count`.
    package var replacedBytes = 0
    package var description: SymbolDescription?
    package var signatures: [Signature] = []
    /// Which of them fits best what is already there.
    package var activeSignature = 0

    package init() {}
}

/// Something that can be completed at the cursor.
package struct Suggestion: Codable, Sendable, Equatable {
    /// What kinds there are, in the words by which Jupyter's front ends choose a symbol.
    package enum Kind: String, Codable, Sendable {
        case function, instance, property, module, keyword, param, path, magic
        case type = "class"
    }

    /// How near it is to the cursor; what is nearer comes first.
    package enum Distance: Int, Codable, Sendable {
        /// A label of the call, or what the expected type offers.
        case expected
        case local
        case cell, member, inherited, library, toolchain, keyword, foreign
        /// Something that is rarely meant.
        case unlikely
    }

    /// The text to insert.
    package var text: String
    package var kind: Kind
    package var distance: Distance
    /// The parameters and the result of a function, the type of a variable.
    package var signature: String
    /// Where there are few suggestions, the first sentence of the documentation.
    package var brief: String
    /// Where there are few, a function's call with editor placeholders for its arguments.
    package var call: String

    package init(
        text: String, kind: Kind, distance: Distance = .local, signature: String = "", brief: String = "",
        call: String = ""
    ) {
        self.text = text
        self.kind = kind
        self.distance = distance
        self.signature = signature
        self.brief = brief
        self.call = call
    }
}

/// What a name stands for.
package struct SymbolDescription: Codable, Sendable {
    package var name: String
    /// The declaration as the compiler writes it.
    package var declaration: String
    /// The type of a value.
    package var type: String
    /// The documentation comment, in Markdown.
    package var documentation: String
    package var module: String
    /// The name by which the compiler knows it everywhere (`s:8Encoding5RidgeV`).
    package var usr: String
    package var isGlobalVariable: Bool

    package init(
        name: String, declaration: String, type: String = "", documentation: String = "", module: String = "",
        usr: String = "", isGlobalVariable: Bool = false
    ) {
        self.name = name
        self.declaration = declaration
        self.type = type
        self.documentation = documentation
        self.module = module
        self.usr = usr
        self.isGlobalVariable = isGlobalVariable
    }
}

/// A function that could be called there.
package struct Signature: Codable, Sendable {
    /// `scale(_ x: Double, by: Double) -> Double`
    package var text: String
    package var documentation: String
    /// The text of the parameter that is being written.
    package var activeParameter: String?

    package init(text: String, documentation: String = "", activeParameter: String? = nil) {
        self.text = text
        self.documentation = documentation
        self.activeParameter = activeParameter
    }
}
