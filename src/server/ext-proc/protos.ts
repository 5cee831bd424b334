/**
 * Envoy's external-processing and gRPC's health messages, as far as an endpoint picker uses them: names and field numbers are
 * those of the public v3 API (envoy/service/ext_proc/v3/external_processor.proto, envoy/config/core/v3/base.proto,
 * envoy/type/v3/http_status.proto, grpc/health/v1/health.proto). Fields left out are skipped when read. No maintained npm
 * package holds them, hence this file.
 */
import protobuf from 'protobufjs';

const EXT_PROC = `
syntax = "proto3";
package envoy.service.ext_proc.v3;

message HeaderValue { string key = 1; string value = 2; bytes raw_value = 3; }
message HeaderMap { repeated HeaderValue headers = 1; }
message HeaderValueOption { HeaderValue header = 1; AppendAction append_action = 3; }
enum AppendAction {
  APPEND_IF_EXISTS_OR_ADD = 0; ADD_IF_ABSENT = 1; OVERWRITE_IF_EXISTS_OR_ADD = 2; OVERWRITE_IF_EXISTS = 3;
}
message Metadata { map<string, google.protobuf.Struct> filter_metadata = 1; }
message HttpStatus { uint32 code = 1; }

enum BodySendMode {
  NONE = 0; STREAMED = 1; BUFFERED = 2; BUFFERED_PARTIAL = 3; FULL_DUPLEX_STREAMED = 4; GRPC = 5;
}
message ProtocolConfiguration { BodySendMode request_body_mode = 1; BodySendMode response_body_mode = 2; }

message HttpHeaders { HeaderMap headers = 1; bool end_of_stream = 3; }
message HttpBody { bytes body = 1; bool end_of_stream = 2; bool end_of_stream_without_message = 3; }
message HttpTrailers { HeaderMap trailers = 1; }

message ProcessingRequest {
  oneof request {
    HttpHeaders request_headers = 2;
    HttpHeaders response_headers = 3;
    HttpBody request_body = 4;
    HttpBody response_body = 5;
    HttpTrailers request_trailers = 6;
    HttpTrailers response_trailers = 7;
  }
  Metadata metadata_context = 8;
  ProtocolConfiguration protocol_config = 11;
}

message HeaderMutation { repeated HeaderValueOption set_headers = 1; repeated string remove_headers = 2; }
message StreamedBodyResponse { bytes body = 1; bool end_of_stream = 2; }
message BodyMutation { oneof mutation { bytes body = 1; bool clear_body = 2; StreamedBodyResponse streamed_response = 3; } }
message CommonResponse { HeaderMutation header_mutation = 2; BodyMutation body_mutation = 3; bool clear_route_cache = 5; }
message HeadersResponse { CommonResponse response = 1; }
message BodyResponse { CommonResponse response = 1; }
message TrailersResponse { HeaderMutation header_mutation = 1; }
message ImmediateResponse { HttpStatus status = 1; HeaderMutation headers = 2; bytes body = 3; string details = 5; }

message ProcessingResponse {
  oneof response {
    HeadersResponse request_headers = 1;
    HeadersResponse response_headers = 2;
    BodyResponse request_body = 3;
    BodyResponse response_body = 4;
    TrailersResponse request_trailers = 5;
    TrailersResponse response_trailers = 6;
    ImmediateResponse immediate_response = 7;
  }
  google.protobuf.Struct dynamic_metadata = 8;
}
`;

const HEALTH = `
syntax = "proto3";
package grpc.health.v1;

message HealthCheckRequest { string service = 1; }
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
`;

/** A `google.protobuf.Value` as protobufjs gives it: one of these is set. */
export interface WireValue {
  readonly stringValue?: string;
  readonly numberValue?: number;
  readonly listValue?: { readonly values?: readonly WireValue[] };
  readonly structValue?: WireStruct;
}

/** A `google.protobuf.Struct`. */
export interface WireStruct {
  readonly fields?: Readonly<Record<string, WireValue>>;
}

/** One header; `raw_value` is preferred over `value`. */
export interface WireHeader {
  readonly key?: string;
  readonly value?: string;
  readonly raw_value?: Uint8Array;
}

interface WireHeaders {
  readonly headers?: { readonly headers?: readonly WireHeader[] };
  readonly end_of_stream?: boolean;
}

interface WireBody {
  readonly body?: Uint8Array;
  readonly end_of_stream?: boolean;
  readonly end_of_stream_without_message?: boolean;
}

/** What Envoy sends; one of the first six is set. Absent scalars have their protobuf default. */
export interface ProcessingRequest {
  readonly request_headers?: WireHeaders;
  readonly request_body?: WireBody;
  readonly request_trailers?: object;
  readonly response_headers?: WireHeaders;
  readonly response_body?: WireBody;
  readonly response_trailers?: object;
  readonly metadata_context?: { readonly filter_metadata?: Readonly<Record<string, WireStruct>> };
  readonly protocol_config?: { readonly request_body_mode?: string; readonly response_body_mode?: string };
}

/** What goes back, built by `replies.ts`. */
export type ProcessingResponse = Readonly<Record<string, unknown>>;

const root = new protobuf.Root();
root.addJSON(protobuf.common.get('google/protobuf/struct.proto')!.nested!);
for (const source of [EXT_PROC, HEALTH]) protobuf.parse(source, root, { keepCase: true });
root.resolveAll();

const TO_OBJECT = { enums: String, longs: Number } as const;

/** Reader and writer of one message type. */
export interface Codec<T> {
  encode(value: T): Buffer;
  /** throws: an Error for bytes that are no such message. */
  decode(bytes: Uint8Array): T;
}

function codec<T extends object>(name: string): Codec<T> {
  const type = root.lookupType(name);
  return {
    encode: (value) => Buffer.from(type.encode(type.fromObject(value)).finish()),
    decode: (bytes) => type.toObject(type.decode(bytes), TO_OBJECT) as T,
  };
}

export const PROCESSING_REQUEST = codec<ProcessingRequest>('envoy.service.ext_proc.v3.ProcessingRequest');
export const PROCESSING_RESPONSE = codec<ProcessingResponse>('envoy.service.ext_proc.v3.ProcessingResponse');
export const HEALTH_REQUEST = codec<{ service?: string }>('grpc.health.v1.HealthCheckRequest');
export const HEALTH_RESPONSE = codec<{ status: string }>('grpc.health.v1.HealthCheckResponse');
