internal import CCairo
import Foundation
import Synchronization

/// The face of a figure's text.
enum Typeface {
    /// The default typeface.
    ///
    /// fontconfig gives Liberation Sans for it, whose metrics are Arial's, or else the nearest face of the system.
    static let standard = "Arial"

    /// The face of the figure that is laid out and drawn now: every measurement of text depends on it.
    @TaskLocal static var current = standard

    /// The typeface with its fallbacks, as CSS lists them.
    static func css(_ face: String) -> String {
        let fallback = "Arial, Liberation Sans, Helvetica, sans-serif"
        return face == standard ? fallback : "\(face), \(fallback)"
    }

    /// Throws `FigureError.font` if the face is not installed: cairo would silently take another.
    static func require(_ face: String) throws {
        guard !face.trimmingCharacters(in: .whitespaces).isEmpty else {
            throw FigureError.value(what: "the font", got: "an empty name", expected: "the name of a font")
        }
        let families = match(face)
        guard !families.contains(where: { $0.caseInsensitiveCompare(face) == .orderedSame }) else { return }
        throw FigureError.font(face, nearest: families.first ?? "none", installed: installed)
    }

    /// The face to write a text in: `face`, or one that has the characters that `face` lacks.
    static func face(for text: String, preferring face: String) -> String {
        let rare = Set(text.unicodeScalars.filter { $0.value >= 0x100 }).sorted()
        guard !rare.isEmpty else { return face }
        let characters = String(String.UnicodeScalarView(rare))
        return known.withLock { known in
            if let face = known.substitutes[[face, characters]] { return face }
            let fonts = known.fonts[face] ?? FontList(alike: face)
            known.fonts[face] = fonts
            let found = fonts.family(with: characters) ?? face
            known.substitutes[[face, characters]] = found
            return found
        }
    }

    /// What was found out: a layout measures a text many times.
    private struct Known {
        /// The faces by the face that was asked for and the characters that it should have.
        var substitutes: [[String]: String] = [:]
        var fonts: [String: FontList] = [:]
    }
    private static let known = Mutex(Known())

    /// The installed fonts in order of their likeness to a face.
    ///
    /// fontconfig takes milliseconds to order them, and a note without spaces is measured at each of its letters.
    private final class FontList: @unchecked Sendable {
        // Read alone once it is made, which fontconfig allows from any thread.
        private let set: UnsafeMutablePointer<FcFontSet>?

        init(alike face: String) {
            guard let pattern = Typeface.pattern(face) else {
                set = nil
                return
            }
            var result = FcResultMatch
            set = FcFontSort(nil, pattern, 1, nil, &result)
            FcPatternDestroy(pattern)
        }

        deinit { if let set { FcFontSetDestroy(set) } }

        /// The family of the first font that has all of the characters or, where none has, of the first of all.
        func family(with characters: String) -> String? {
            guard let set else { return nil }
            let fonts = UnsafeBufferPointer(start: set.pointee.fonts, count: Int(set.pointee.nfont))
                .compactMap { $0 }
            return Typeface.families(fonts.first { Typeface.has($0, characters) } ?? fonts.first).first
        }
    }

    /// What fontconfig looks for where a face is asked for.
    private static func pattern(_ face: String) -> OpaquePointer? {
        guard let pattern = FcPatternCreate() else { return nil }
        FcPatternAddString(pattern, FC_FAMILY, face)
        FcConfigSubstitute(nil, pattern, FcMatchPattern)
        FcDefaultSubstitute(pattern)
        return pattern
    }

    /// The names of the installed family that fontconfig takes for a name.
    private static func match(_ face: String) -> [String] {
        guard let pattern = pattern(face) else { return [] }
        defer { FcPatternDestroy(pattern) }
        var result = FcResultMatch
        guard let found = FcFontMatch(nil, pattern, &result) else { return [] }
        defer { FcPatternDestroy(found) }
        return families(found)
    }

    private static func has(_ font: OpaquePointer, _ text: String) -> Bool {
        var characters: OpaquePointer?
        guard FcPatternGetCharSet(font, FC_CHARSET, 0, &characters) == FcResultMatch else { return false }
        return text.unicodeScalars.allSatisfy { FcCharSetHasChar(characters, $0.value) != 0 }
    }

    private static func families(_ font: OpaquePointer?) -> [String] {
        var names: [String] = []
        var name: UnsafeMutablePointer<FcChar8>?
        while FcPatternGetString(font, FC_FAMILY, Int32(names.count), &name) == FcResultMatch,
            let found = name
        {
            names.append(String(cString: found))
        }
        return names
    }

    /// The families that are installed.
    private static var installed: [String] {
        guard let pattern = FcPatternCreate(), let parts = FcObjectSetCreate() else { return [] }
        defer {
            FcPatternDestroy(pattern)
            FcObjectSetDestroy(parts)
        }
        FcObjectSetAdd(parts, FC_FAMILY)
        guard let set = FcFontList(nil, pattern, parts) else { return [] }
        defer { FcFontSetDestroy(set) }
        let fonts = UnsafeBufferPointer(start: set.pointee.fonts, count: Int(set.pointee.nfont))
        return Set(fonts.compactMap { families($0).first }).sorted()
    }
}
