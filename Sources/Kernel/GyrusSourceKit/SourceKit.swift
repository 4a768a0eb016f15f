import CSourceKit

/// The compiler's own knowledge of source code (sourcekitd), loaded into this process. Used from one thread.
final class SourceKit {
    private var names: [String: sourcekitd_uid_t] = [:]
    /// `SOURCEKITD_ARRAY_APPEND`, which Swift does not see since it is a cast.
    private static let append = -1

    init() { sourcekitd_initialize() }

    /// A value of a request.
    enum Argument {
        /// A word that sourcekitd knows (`source.request.cursorinfo`).
        case name(String)
        case text(String)
        case number(Int)
        case texts([String])
    }

    /// The handle of a word that sourcekitd knows.
    func name(_ text: String) -> sourcekitd_uid_t? {
        if let known = names[text] { return known }
        let name = sourcekitd_uid_get_from_cstr(text)
        names[text] = name
        return name
    }

    /// Sends a request and waits for the response; nil if it failed.
    func send(_ request: String, _ arguments: [String: Argument]) -> Response? {
        guard let object = sourcekitd_request_dictionary_create(nil, nil, 0) else { return nil }
        defer { sourcekitd_request_release(object) }
        set("key.request", .name("source.request." + request), in: object)
        for (key, argument) in arguments { set(key, argument, in: object) }
        guard let pointer = sourcekitd_send_request_sync(object) else { return nil }
        let response = Response(pointer, kit: self)
        return sourcekitd_response_is_error(pointer) ? nil : response
    }

    private func set(_ key: String, _ argument: Argument, in object: sourcekitd_object_t) {
        guard let key = name(key) else { return }
        switch argument {
        case .name(let text):
            if let value = name(text) { sourcekitd_request_dictionary_set_uid(object, key, value) }
        case .text(let text):
            sourcekitd_request_dictionary_set_stringbuf(object, key, text, text.utf8.count)
        case .number(let number):
            sourcekitd_request_dictionary_set_int64(object, key, Int64(number))
        case .texts(let texts):
            guard let array = sourcekitd_request_array_create(nil, 0) else { return }
            for text in texts { sourcekitd_request_array_set_string(array, Self.append, text) }
            sourcekitd_request_dictionary_set_value(object, key, array)
            sourcekitd_request_release(array)
        }
    }
}

/// A response; its values live as long as it does.
final class Response {
    private let pointer: sourcekitd_response_t
    private let kit: SourceKit

    init(_ pointer: sourcekitd_response_t, kit: SourceKit) {
        self.pointer = pointer
        self.kit = kit
    }

    deinit { sourcekitd_response_dispose(pointer) }

    var value: Value { Value(variant: sourcekitd_response_get_value(pointer), response: self) }

    /// A value of a response.
    struct Value {
        fileprivate let variant: sourcekitd_variant_t
        fileprivate let response: Response

        func text(_ key: String) -> String? { bytes(key).map { String(cString: $0) } }

        /// A text without a copy.
        func bytes(_ key: String) -> UnsafePointer<CChar>? {
            response.kit.name(key).flatMap { sourcekitd_variant_dictionary_get_string(variant, $0) }
        }

        func number(_ key: String) -> Int {
            response.kit.name(key).map { Int(sourcekitd_variant_dictionary_get_int64(variant, $0)) } ?? 0
        }

        func isTrue(_ key: String) -> Bool {
            response.kit.name(key).map { sourcekitd_variant_dictionary_get_bool(variant, $0) } ?? false
        }

        /// The word that a key has, as sourcekitd spells it.
        func word(_ key: String) -> String? {
            response.kit.name(key).flatMap { sourcekitd_variant_dictionary_get_uid(variant, $0) }
                .flatMap { sourcekitd_uid_get_string_ptr($0) }.map { String(cString: $0) }
        }

        func list(_ key: String) -> [Value] {
            guard let key = response.kit.name(key) else { return [] }
            let array = sourcekitd_variant_dictionary_get_value(variant, key)
            guard sourcekitd_variant_get_type(array) == SOURCEKITD_VARIANT_TYPE_ARRAY else { return [] }
            return (0..<sourcekitd_variant_array_get_count(array)).map {
                Value(variant: sourcekitd_variant_array_get_value(array, $0), response: response)
            }
        }
    }
}
