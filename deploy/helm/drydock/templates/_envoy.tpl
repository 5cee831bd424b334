{{/*
Envoy's configuration in standalone mode: that of deploy/envoy.yaml (a test compares them), with a listener for probes and
metrics, and TLS where a secret is named.
*/}}
{{- define "drydock.envoy" -}}
{{- $router := .Values.router -}}
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 19000 } } }
static_resources:
  listeners:
    - name: requests
      address: { socket_address: { address: 0.0.0.0, port_value: {{ $router.proxy.port }} } }
      per_connection_buffer_limit_bytes: 1048576
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: in
                stream_idle_timeout: 600s
                request_headers_timeout: 10s
                normalize_path: true
                merge_slashes: true
                common_http_protocol_options: { headers_with_underscores_action: REJECT_REQUEST }
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{ match: { prefix: "/" }, route: { cluster: models, timeout: 0s } }]
                http_filters:
                  - name: envoy.filters.http.ext_proc
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor
                      grpc_service: { envoy_grpc: { cluster_name: epp }, timeout: 10s }
                      failure_mode_allow: {{ $router.proxy.failOpen }}
                      message_timeout: 1000s
                      processing_mode:
                        request_header_mode: SEND
                        response_header_mode: SEND
                        request_body_mode: FULL_DUPLEX_STREAMED
                        response_body_mode: FULL_DUPLEX_STREAMED
                        request_trailer_mode: SEND
                        response_trailer_mode: SEND
                  - name: envoy.filters.http.router
                    typed_config:
                      { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
          {{- if $router.tls.secretName }}
          transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              common_tls_context:
                tls_certificates:
                  - certificate_chain: { filename: /etc/drydock/tls/tls.crt }
                    private_key: { filename: /etc/drydock/tls/tls.key }
                    watched_directory: { path: /etc/drydock/tls }
          {{- end }}
    - name: metrics
      address: { socket_address: { address: 0.0.0.0, port_value: {{ $router.proxy.metricsPort }} } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: metrics
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{ match: { path: /stats/prometheus }, route: { cluster: admin } }]
                http_filters:
                  - name: envoy.filters.http.health_check
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.health_check.v3.HealthCheck
                      pass_through_mode: false
                      headers: [{ name: ":path", string_match: { exact: /ready } }]
                  - name: envoy.filters.http.router
                    typed_config:
                      { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
    - name: models
      type: ORIGINAL_DST
      lb_policy: CLUSTER_PROVIDED
      circuit_breakers:
        thresholds: [{ max_connections: 40000, max_pending_requests: 40000, max_requests: 40000 }]
      original_dst_lb_config: { use_http_header: true, http_header_name: x-gateway-destination-endpoint }
    - name: epp
      type: STATIC
      circuit_breakers:
        thresholds: [{ max_connections: 40000, max_pending_requests: 40000, max_requests: 40000 }]
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: { http2_protocol_options: {} }
      load_assignment:
        cluster_name: epp
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: {{ $router.epp.extProcPort }} } } }
    - name: admin
      type: STATIC
      load_assignment:
        cluster_name: admin
        endpoints:
          - lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 19000 } } } }]
{{- end -}}
