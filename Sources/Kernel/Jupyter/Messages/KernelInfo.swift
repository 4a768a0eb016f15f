public import JSON

/// What a kernel says of itself in `kernel_info_reply`.
public struct KernelInfo: Sendable {
    /// The kernel's name (`gyrus`).
    public var implementation: String
    public var implementationVersion: String
    public var language: LanguageInfo
    /// What a console shows when it starts.
    public var banner: String
    public var helpLinks: [HelpLink]

    public init(
        implementation: String, implementationVersion: String, language: LanguageInfo, banner: String,
        helpLinks: [HelpLink] = []
    ) {
        self.implementation = implementation
        self.implementationVersion = implementationVersion
        self.language = language
        self.banner = banner
        self.helpLinks = helpLinks
    }
}

/// The language of a kernel's cells.
public struct LanguageInfo: Encodable, Sendable {
    public var name: String
    public var version: String
    /// The MIME type of a source file (`text/x-swift`).
    public var mimeType: String
    /// The ending of a source file, with its dot.
    public var fileExtension: String
    /// The highlighter's name for the language in Pygments, if it is not `name`.
    public var pygmentsLexer: String?
    /// The same for CodeMirror.
    public var codeMirrorMode: String?
    /// Further members. Front ends save all of them in the metadata of a notebook that they run.
    public var additional: [String: JSON] = [:]

    private enum CodingKeys: String, CodingKey {
        case name, version
        case mimeType = "mimetype"
        case fileExtension = "file_extension"
        case pygmentsLexer = "pygments_lexer"
        case codeMirrorMode = "codemirror_mode"
    }

    public init(
        name: String, version: String, mimeType: String, fileExtension: String, pygmentsLexer: String? = nil,
        codeMirrorMode: String? = nil
    ) {
        self.name = name
        self.version = version
        self.mimeType = mimeType
        self.fileExtension = fileExtension
        self.pygmentsLexer = pygmentsLexer
        self.codeMirrorMode = codeMirrorMode
    }

    public func encode(to encoder: any Encoder) throws {
        try additional.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(version, forKey: .version)
        try container.encode(mimeType, forKey: .mimeType)
        try container.encode(fileExtension, forKey: .fileExtension)
        try container.encodeIfPresent(pygmentsLexer, forKey: .pygmentsLexer)
        try container.encodeIfPresent(codeMirrorMode, forKey: .codeMirrorMode)
    }
}

/// An entry of the front end's help menu.
public struct HelpLink: Encodable, Sendable {
    public var text: String
    public var url: String

    public init(text: String, url: String) {
        self.text = text
        self.url = url
    }
}

/// `kernel_info_reply`.
struct KernelInfoReply: Encodable {
    let status = "ok"
    let protocolVersion = Header.protocolVersion
    let implementation: String
    let implementationVersion: String
    let languageInfo: LanguageInfo
    let banner: String
    let debugger = false
    let helpLinks: [HelpLink]
    let supportedFeatures = ["kernel subshells"]

    private enum CodingKeys: String, CodingKey {
        case status, implementation, banner, debugger
        case protocolVersion = "protocol_version"
        case implementationVersion = "implementation_version"
        case languageInfo = "language_info"
        case helpLinks = "help_links"
        case supportedFeatures = "supported_features"
    }

    init(_ info: KernelInfo) {
        implementation = info.implementation
        implementationVersion = info.implementationVersion
        languageInfo = info.language
        banner = info.banner
        helpLinks = info.helpLinks
    }
}
