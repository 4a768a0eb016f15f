import SwiftParser
import SwiftSyntax

extension Parser {
    /// Parses a cell as if it were written without those conditions of compilation at its top level of which it is
    /// certain how they turn out: what they leave is declared by the cell like all else. Blanks stand for the rest, so
    /// that every place stays.
    static func parse(cell source: String) -> SourceFileSyntax {
        var file = parse(source: source)
        while true {
            let conditions = file.statements.compactMap { statement -> IfConfigDeclSyntax? in
                guard case .decl(let declaration) = statement.item else { return nil }
                return declaration.as(IfConfigDeclSyntax.self)
            }
            let ranges = conditions.flatMap(\.rangesLeftOut)
            guard !ranges.isEmpty else { return file }
            var bytes = Array(file.description.utf8)
            for range in ranges {
                for place in range where bytes[place] != 0x0A { bytes[place] = 0x20 }
            }
            file = parse(source: String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension IfConfigDeclSyntax {
    /// The bytes of its directives and of the clauses that are not compiled; none where the conditions do not tell, and
    /// where it has errors, of which the compiler tells.
    fileprivate var rangesLeftOut: [Range<Int>] {
        let possible = possibleClauses
        let isCertain =
            possible.isEmpty || possible.count == 1 && possible[0].condition.map { $0.isMet == true } ?? true
        guard isCertain, !hasError else { return [] }
        let whole =
            positionAfterSkippingLeadingTrivia.utf8Offset..<endPositionBeforeTrailingTrivia.utf8Offset
        guard case .statements(let left)? = possible.first?.elements else { return [whole] }
        return [whole.lowerBound..<left.position.utf8Offset, left.endPosition.utf8Offset..<whole.upperBound]
    }

    /// The clauses of which one is compiled, as far as their conditions tell.
    var possibleClauses: [IfConfigClauseSyntax] {
        var found: [IfConfigClauseSyntax] = []
        for clause in clauses {
            let isMet = clause.condition?.isMet
            if isMet == false { continue }
            found.append(clause)
            if isMet == true { break }
        }
        return found
    }
}

extension ExprSyntax {
    /// Whether a condition of conditional compilation is met; nil where more must be known than how cells are compiled.
    fileprivate var isMet: Bool? {
        if let node = self.as(BooleanLiteralExprSyntax.self) { return node.literal.text == "true" }
        // No flag is set for cells, `DEBUG` neither.
        if self.is(DeclReferenceExprSyntax.self) { return false }
        if let node = self.as(TupleExprSyntax.self), let only = node.elements.first, node.elements.count == 1
        {
            return only.expression.isMet
        }
        if let node = self.as(PrefixOperatorExprSyntax.self), node.operator.text == "!" {
            return node.expression.isMet.map { !$0 }
        }
        if let node = self.as(SequenceExprSyntax.self) { return node.isMet }
        guard let node = self.as(FunctionCallExprSyntax.self) else { return nil }
        return CellPlatform.meets(node.calledExpression.trimmedDescription, node.arguments.trimmedDescription)
    }
}

extension SequenceExprSyntax {
    /// Whether conditions that `&&` and `||` join are met; the first binds more tightly.
    fileprivate var isMet: Bool? {
        var alternatives: [[Bool?]] = [[]]
        for element in elements {
            switch element.as(BinaryOperatorExprSyntax.self)?.operator.text {
            case nil: alternatives[alternatives.count - 1].append(element.isMet)
            case "&&": break
            case "||": alternatives.append([])
            default: return nil
            }
        }
        let values = alternatives.map { conditions -> Bool? in
            conditions.contains(false) ? false : conditions.contains(nil) ? nil : true
        }
        return values.contains(true) ? true : values.contains(nil) ? nil : false
    }
}

/// What cells are compiled for, and by what.
private enum CellPlatform {
    /// Whether a condition such as `os(Linux)` is met; nil where that is not known.
    static func meets(_ condition: String, _ argument: String) -> Bool? {
        switch condition {
        // The compiler warns of what it does not know.
        case "os": systems.contains(argument) ? argument == "Linux" : nil
        case "arch": architectures.contains(argument) ? argument == architecture : nil
        case "targetEnvironment": ["simulator", "macabi"].contains(argument) ? false : nil
        case "canImport": canImport(argument)
        // Cells are compiled in Swift 5's mode.
        case "swift": isMet(argument, by: [5, 10, 0], isExact: true)
        case "compiler": isMet(argument, by: compiler, isExact: false)
        default: nil
        }
    }

    private static let systems: Set<String> = [
        "Linux", "macOS", "OSX", "iOS", "tvOS", "watchOS", "visionOS", "Windows", "Android", "FreeBSD",
        "OpenBSD",
        "WASI", "Cygwin", "Haiku", "PS4",
    ]
    private static let architectures: Set<String> = [
        "x86_64", "arm64", "arm64_32", "arm", "i386", "powerpc64", "powerpc64le", "s390x", "wasm32",
        "riscv64",
    ]

    private static func canImport(_ module: String) -> Bool? {
        if ofThisSystem.contains(module) { return true }
        return ofOtherSystems.contains(module) ? false : nil
    }

    private static let ofThisSystem: Set<String> = [
        "Swift", "Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Gyrus",
    ]
    private static let ofOtherSystems: Set<String> = [
        "Accelerate", "Android", "AppKit", "AVFoundation", "Bionic", "Cocoa", "CoreGraphics", "CoreImage",
        "CoreML", "CRT", "Darwin", "Metal", "MetalKit", "Musl", "ObjectiveC", "QuartzCore", "SwiftUI",
        "UIKit", "ucrt", "Vision", "WASILibc", "WinSDK",
    ]

    private static var architecture: String {
        #if arch(x86_64)
            return "x86_64"
        #elseif arch(arm64)
            return "arm64"
        #else
            return ""
        #endif
    }

    /// The compiler that the kernel was built with, which compiles cells; the newest here stands for later ones.
    private static var compiler: [Int] {
        #if compiler(>=6.4)
            return [6, 4]
        #elseif compiler(>=6.3)
            return [6, 3]
        #elseif compiler(>=6.2)
            return [6, 2]
        #else
            return [6, 1]
        #endif
    }

    /// Whether `>=5.9` or `<6` is met by a version; unless that is exact, more digits of it may follow.
    private static func isMet(_ condition: String, by version: [Int], isExact: Bool) -> Bool? {
        guard let match = condition.wholeMatch(of: /(>=|<)\s*([0-9]+(?:\.[0-9]+)*)/) else { return nil }
        let asked = match.2.split(separator: ".").compactMap { Int($0) }
        var known = version
        if !isExact {
            let isNewest = version == [6, 4]
            if isNewest && version.lexicographicallyPrecedes(asked) { return nil }
            if asked.count > version.count && asked.starts(with: version) { return nil }
            known = Array(version.prefix(asked.count))
        }
        let isOlder = known.lexicographicallyPrecedes(asked)
        return match.1 == "<" ? isOlder : !isOlder
    }
}
